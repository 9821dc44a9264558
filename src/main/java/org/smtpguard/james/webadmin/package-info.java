/**
 * What the guard serves in WebAdmin: routes, forms, and what keeps passwords out of logs there.
 */
package org.smtpguard.james.webadmin;
