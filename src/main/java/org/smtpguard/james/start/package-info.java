/** What the administrator is told at the start: why James does not start, and what each port offers. */
package org.smtpguard.james.start;
