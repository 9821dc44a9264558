/**
 * Users in a file: {@code user:{SCHEME}hash}, as Dovecot's passwd-file and htpasswd have it. A changed file is read again without a
 * restart.
 */
package org.smtpguard.backend.file;
