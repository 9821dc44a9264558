/** The configuration check of the command {@code check}, which needs no server. */
package org.smtpguard.james.check;
