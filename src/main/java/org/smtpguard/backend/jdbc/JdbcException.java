package org.smtpguard.backend.jdbc;

import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.util.stream.Stream;

import org.smtpguard.credential.CredentialResult;

/**
 * A fault of a database or its driver without the driver's words: those may quote an address with a password in it, or values
 * that were bound. What is left is the class, and the SQLSTATE with what that means.
 */
final class JdbcException extends SQLException {
    private static final long serialVersionUID = 1L;

    /** @param address the database that could not be connected to, without a secret */
    JdbcException(Exception fault, String address) {
        // Neither cause nor next exception: whoever logs this one would log those, too.
        super(words(fault) + ", connecting to " + address, fault instanceof SQLException ? ((SQLException) fault).getSQLState() : null);
    }

    /**
     * The fault as an answer. That the pool has no free connection is overload, and says nothing of the database.
     * A data exception (class 22) is about this name or row alone. That there is no connection, log-in, schema or
     * capacity no name can provoke; all else one may.
     */
    static CredentialResult result(Throwable fault) {
        if (fault instanceof AllBusyException) {
            return CredentialResult.overloaded(fault.getMessage());
        }
        CredentialResult unavailable = CredentialResult.unavailable(words(fault));
        Throwable cause = fault instanceof SQLTransientConnectionException && fault.getCause() instanceof SQLException ? fault.getCause()
            : fault;
        String state = cause instanceof SQLException && ((SQLException) cause).getSQLState() != null
            ? ((SQLException) cause).getSQLState() : "";
        if (state.startsWith("22")) {
            return unavailable.forThisUser();
        }
        boolean isOfService = cause instanceof Error || cause instanceof JdbcException || !state.equals("57014")
            && Stream.of("08", "28", "3D", "42", "53", "57", "58").anyMatch(state::startsWith);
        return isOfService ? unavailable : unavailable.perhapsForThisUser();
    }

    /** What may be told of a fault, as a clause. */
    static String words(Throwable fault) {
        if (fault instanceof JdbcException || fault instanceof AllBusyException || fault instanceof JdbcUser.UnusableRowException) {
            return fault.getMessage();
        }
        if (fault instanceof SQLTransientConnectionException && fault.getCause() instanceof SQLException) {
            // The pool's, for want of a connection; why there is none is behind it.
            return words(fault.getCause());
        }
        if (!(fault instanceof SQLException)) {
            return fault.getClass().getName();
        }
        String state = ((SQLException) fault).getSQLState();
        boolean known = state != null && state.matches("[0-9A-Z]{5}");
        return meaning(fault, known ? state : "") + " (" + fault.getClass().getName() + (known ? ", SQLSTATE " + state : "") + ")";
    }

    private static String meaning(Throwable fault, String state) {
        if (fault instanceof SQLTimeoutException || state.equals("57014")) {
            return "the database took too long";
        }
        if (fault instanceof SQLTransientConnectionException && state.isEmpty()) {
            return "no connection to the database can be made in time";
        }
        switch (state.isEmpty() ? "" : state.substring(0, 2)) {
            case "08":
                return "the database cannot be reached, or has hung up";
            case "28":
                return "the database does not take <user> and <password>";
            case "3D":
                return "the database server has no database of that name";
            case "42":
                return "the database does not take the statement, or the user may not run it";
            case "53":
                return "the database server has too much to do";
            case "57":
                return "the database server is starting or stopping";
            default:
                return "the database reports a fault";
        }
    }
}
