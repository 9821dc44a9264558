/**
 * The programs that people send mail with, as processes of their own: {@code integration-tests/clients}.
 */
package org.smtpguard.it.client;
