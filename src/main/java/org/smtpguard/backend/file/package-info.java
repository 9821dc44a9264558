/**
 * Users in a file of {@code user:{SCHEME}hash} lines, the format of Dovecot's passwd-file and htpasswd. A changed file is read
 * again without a restart.
 */
package org.smtpguard.backend.file;
