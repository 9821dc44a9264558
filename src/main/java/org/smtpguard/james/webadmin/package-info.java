/** The guard's part of WebAdmin: routes, forms, and keeping passwords out of its logs. */
package org.smtpguard.james.webadmin;
