/**
 * Clients that follow no RFC: what they send is drawn at random, from a seed that is told.
 */
package org.smtpguard.it.fuzz;
