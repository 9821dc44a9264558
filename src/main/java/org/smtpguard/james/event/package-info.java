/** Records the events of sessions: logbook, metrics, outcomes of AUTH, and the notes of a session. */
package org.smtpguard.james.event;
