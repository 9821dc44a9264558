package org.smtpguard.james.config;

/** The classes that an operator names in configuration files. Their names are part of the public surface. */
public enum NamedClass {
    SEQUENCE_GUARD("SequenceGuard"),
    AUTHENTICATION("Authentication"),
    BACKEND_AUTH_HOOK("BackendAuthHook"),
    GUARD_HANDLERS("GuardHandlers"),
    GUARD_MODULE("GuardModule"),
    GUARD_ROUTES("GuardRoutes"),
    GUARD_HEALTH_CHECK("GuardHealthCheck");

    /** The package of these classes, with a trailing dot. */
    public static final String PACKAGE = "org.smtpguard.james.";

    private final String simpleName;

    NamedClass(String simpleName) {
        this.simpleName = simpleName;
    }

    public String simpleName() {
        return simpleName;
    }

    /** The start tag of a handler of that class. */
    String asHandler() {
        return "<handler class=\"" + className() + "\">";
    }

    /** The name with its package. */
    public String className() {
        return PACKAGE + simpleName;
    }
}
