/**
 * The words of SMTP: verbs, command lines, replies, enhanced status codes, and the ids of what can go wrong.
 * Values only; knows nobody else in the house.
 */
package org.smtpguard.protocol;
