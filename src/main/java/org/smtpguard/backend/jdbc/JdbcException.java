package org.smtpguard.backend.jdbc;

import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.util.stream.Stream;

import org.smtpguard.credential.CredentialResult;

/**
 * A failure of a database or its driver, without the driver's message: that may quote a URL with a password, or bound values.
 * It has the exception's class and the SQLSTATE with its meaning.
 */
public final class JdbcException extends SQLException {
    private static final long serialVersionUID = 1L;

    /** @param address the database that could not be reached, without secrets */
    JdbcException(Exception fault, String address) {
        // Neither cause nor next exception: they would be logged together with this one.
        super(at(address, describe(fault)), fault instanceof SQLException ? ((SQLException) fault).getSQLState() : null);
    }

    /** The pool's failure may have one of ours as its cause, which names the database. */
    private static String at(String address, String description) {
        String connecting = ", connecting to " + address;
        return description.endsWith(connecting) ? description : description + connecting;
    }

    /** Whether a connection was lost, and the message does not name the database yet. */
    static boolean isOfConnection(SQLException fault) {
        return !(fault instanceof JdbcException) && fault.getSQLState() != null && fault.getSQLState().startsWith("08");
    }

    /**
     * The failure as a result. A pool without a free connection is overload, not a failure of the database. A data exception
     * (class 22) concerns this user or row only. A missing connection, log-in, schema or capacity cannot be caused by a user
     * name; all other failures may be.
     */
    public static CredentialResult result(Throwable fault) {
        if (fault instanceof AllBusyException) {
            return CredentialResult.overloaded(fault.getMessage());
        }
        CredentialResult unavailable = CredentialResult.unavailable(describe(fault));
        Throwable cause = fault instanceof SQLTransientConnectionException && fault.getCause() instanceof SQLException ? fault.getCause()
            : fault;
        String state = cause instanceof SQLException && ((SQLException) cause).getSQLState() != null
            ? ((SQLException) cause).getSQLState() : "";
        if (state.startsWith("22")) {
            return unavailable.forThisUser();
        }
        boolean isOfService = cause instanceof Error || cause instanceof JdbcException || (!state.equals("57014")
            && Stream.of("08", "28", "3D", "42", "53", "57", "58").anyMatch(state::startsWith));
        return isOfService ? unavailable : unavailable.perhapsForThisUser();
    }

    /** A description without secrets, as a clause. */
    public static String describe(Throwable fault) {
        if (fault instanceof JdbcException || fault instanceof AllBusyException || fault instanceof JdbcUser.UnusableRowException) {
            return fault.getMessage();
        }
        if (fault instanceof SQLTransientConnectionException && fault.getCause() instanceof SQLException) {
            // The pool has no connection; its cause has the reason.
            return describe(fault.getCause());
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
            return "no connection to the database could be opened in time";
        }
        switch (state.isEmpty() ? "" : state.substring(0, 2)) {
            case "08":
                return "the database cannot be reached, or has closed the connection";
            case "28":
                return "the database does not accept <user> and <password>";
            case "3D":
                return "the database server has no database of that name";
            case "42":
                return "the database does not accept the statement, or the user may not run it";
            case "53":
                return "the database server is overloaded";
            case "57":
                return "the database server is starting or stopping";
            default:
                return "the database reports an error";
        }
    }
}
