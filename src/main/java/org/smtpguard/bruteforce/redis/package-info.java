/**
 * The log of events that the servers of a cluster share through Redis. The only package that knows Lettuce.
 */
package org.smtpguard.bruteforce.redis;
