/**
 * Explains refusals: the cause, the state of the session, the legal next commands and further help, and the replies that carry them.
 * Pure functions of verdict, state and table.
 */
package org.smtpguard.diagnosis;
