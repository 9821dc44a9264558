/**
 * The backends that come with the jar, one class each: where the user names and passwords are. Each has its page in
 * {@code docs/backends}.
 */
package org.smtpguard.backend;
