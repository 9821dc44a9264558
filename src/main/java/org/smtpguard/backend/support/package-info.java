/**
 * Shared by several backends: password hashes and their upgrade, decoys for unknown users, TLS trust, user names, and
 * rate-limited logging.
 */
package org.smtpguard.backend.support;
