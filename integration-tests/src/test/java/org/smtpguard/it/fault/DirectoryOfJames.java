package org.smtpguard.it.fault;

import java.util.Set;

import org.smtpguard.it.server.LdapDirectory;

/** A directory that James itself asks for its users. */
public final class DirectoryOfJames implements Peer {
    private final FaultProxy proxy;
    private final Peer peer;

    DirectoryOfJames(FaultProxy proxy, Peer peer) {
        this.proxy = proxy;
        this.peer = peer;
    }

    /** The {@code usersrepository.xml} that leads there. */
    public String usersRepository() {
        return "<usersrepository name=\"LocalUsers\" ldapHost=\"ldap://127.0.0.1:" + proxy.port() + "\" principal=\""
            + LdapDirectory.SERVICE + "\" credentials=\"" + LdapDirectory.SERVICE_PASSWORD + "\" userBase=\"" + LdapDirectory.PEOPLE
            + "\" userIdAttribute=\"mail\" userObjectClass=\"inetOrgPerson\" connectionTimeout=\"500\" readTimeout=\"1000\">"
            + "<enableVirtualHosting>true</enableVirtualHosting></usersrepository>";
    }

    @Override
    public String backend() {
        return peer.backend();
    }

    @Override
    public String elements() {
        return peer.elements();
    }

    @Override
    public Set<Ailment> ailments() {
        return peer.ailments();
    }

    @Override
    public void suffer(Ailment ailment) {
        peer.suffer(ailment);
    }

    @Override
    public int connections() {
        return peer.connections();
    }

    /** James connects when it starts, and ends where it cannot. */
    @Override
    public boolean canBeDownAtStart() {
        return false;
    }

    @Override
    public void close() {
        peer.close();
    }
}
