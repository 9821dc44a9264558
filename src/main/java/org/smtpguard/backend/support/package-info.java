/**
 * What several backends share: password hashes and their upgrade, what unknown users cost, TLS trust, user names, and how a lasting
 * problem is logged.
 */
package org.smtpguard.backend.support;
