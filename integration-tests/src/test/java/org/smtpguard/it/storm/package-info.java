/**
 * Clients that log in and hang up, many at once; what they do is drawn at random, from a seed that is told.
 */
package org.smtpguard.it.storm;
