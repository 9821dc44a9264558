/**
 * The clients of the benchmarks, in a process of their own: {@link org.smtpguard.bench.load.LoadClient}.
 */
package org.smtpguard.bench.load;
