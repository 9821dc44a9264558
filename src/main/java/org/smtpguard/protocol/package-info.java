/**
 * SMTP values: verbs, command lines, replies, enhanced status codes, and diagnosis ids. Imports no other package of the project.
 */
package org.smtpguard.protocol;
