/**
 * The safeguards around every backend: time limit, concurrency limit, circuit breaker and optionally a cache of verdicts. A failing backend
 * then affects only its own users, is answered for immediately, and recovery is automatic. No request is ever repeated: the service may
 * count a repetition as another wrong password.
 */
package org.smtpguard.resilience;
