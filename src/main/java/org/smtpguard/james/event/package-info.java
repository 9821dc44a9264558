/**
 * What happens on sessions and where it is written: logbook, metrics, outcomes, and the notes of a session.
 */
package org.smtpguard.james.event;
