/** App passwords: one secret for each device of a user, in a file or in an SQL database. */
package org.smtpguard.backend.apppassword;
