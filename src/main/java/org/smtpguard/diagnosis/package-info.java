/**
 * Refusals that teach: what went wrong, where the session stands, what is legal next and how to learn more, and the
 * replies that say so. A pure function of verdict, state and table.
 */
package org.smtpguard.diagnosis;
