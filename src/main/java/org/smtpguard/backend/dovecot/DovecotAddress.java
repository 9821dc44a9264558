package org.smtpguard.backend.dovecot;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import org.smtpguard.credential.BackendSettings;

/** The address of Dovecot's auth service: {@code host:port}, or {@code unix:/path} of a socket. Immutable. */
final class DovecotAddress {
    /** The element that this class reads. */
    static final String ELEMENT = "address";

    private static final String UNIX = "unix:";
    private static final Pattern TCP = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[^\\s:\\[\\]/]+):(\\d{1,5})");
    private static final int HIGHEST_PORT = 65535;

    private final SocketAddress address;

    private DovecotAddress(SocketAddress address) {
        this.address = address;
    }

    /** @throws org.smtpguard.credential.InvalidConfigurationException if it is neither, or this platform has no Unix sockets */
    static DovecotAddress of(BackendSettings settings) {
        String text = settings.required(ELEMENT);
        if (text.startsWith(UNIX + "/")) {
            if (!Epoll.isAvailable()) {
                throw settings.fault("has <" + ELEMENT + ">" + text + "</" + ELEMENT + ">, but Unix sockets need Netty's epoll,"
                    + " which is available on Linux only; name a host and a port");
            }
            return new DovecotAddress(new DomainSocketAddress(text.substring(UNIX.length())));
        }
        Matcher tcp = TCP.matcher(text);
        int port = tcp.matches() ? Integer.parseInt(tcp.group(2)) : 0;
        if (port < 1 || port > HIGHEST_PORT) {
            throw settings.fault("has <" + ELEMENT + ">" + text + "</" + ELEMENT + ">; it can be host:port, or unix: and the absolute path"
                + " of a socket");
        }
        // Resolved at each connection: the address may change.
        return new DovecotAddress(InetSocketAddress.createUnresolved(tcp.group(1).replaceAll("[\\[\\]]", ""), port));
    }

    /** A bootstrap that connects to this address, on one daemon thread of that name, started with the first connection. */
    Bootstrap bootstrap(String thread) {
        DefaultThreadFactory threads = new DefaultThreadFactory(thread, true);
        Bootstrap bootstrap = new Bootstrap().remoteAddress(address);
        return address instanceof DomainSocketAddress
            ? bootstrap.group(new EpollEventLoopGroup(1, threads)).channel(EpollDomainSocketChannel.class)
            : bootstrap.group(new NioEventLoopGroup(1, threads)).channel(NioSocketChannel.class).option(ChannelOption.SO_KEEPALIVE, true);
    }

    /** As in the configuration. */
    @Override
    public String toString() {
        return address instanceof InetSocketAddress
            ? ((InetSocketAddress) address).getHostString() + ":" + ((InetSocketAddress) address).getPort() : UNIX + address;
    }
}
