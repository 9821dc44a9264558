/**
 * What stands around every backend, whatever its kind: a time limit, at most so many questions at once, a circuit breaker and,
 * where the operator wants it, a cache of verdicts. A backend that fails then fails its own users alone, at once, and only as long as
 * it does. Nothing is ever asked twice: at the other side a repeated question may count as another wrong password.
 */
package org.smtpguard.resilience;
