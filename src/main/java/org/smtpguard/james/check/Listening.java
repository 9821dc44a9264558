package org.smtpguard.james.check;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.smtpguard.james.check.Finding.Severity;

/** Opens the addresses of all ports, as James does, and closes them at the end. */
final class Listening implements AutoCloseable {
    private static final int LAST_PRIVILEGED = 1023;

    private final List<ServerSocket> open = new ArrayList<>();
    /** What is open, with the port of the configuration that it belongs to. */
    private final Map<InetSocketAddress, String> taken = new LinkedHashMap<>();

    /** What is wrong with an address. */
    static final class Problem {
        private final Severity severity;
        private final String sentence;

        private Problem(Severity severity, String sentence) {
            this.severity = severity;
            this.sentence = sentence;
        }

        Severity severity() {
            return severity;
        }

        String sentence() {
            return sentence;
        }
    }

    /** @param bind the whole {@code <bind>}, which James accepts */
    List<Problem> open(String bind) {
        List<Problem> problems = new ArrayList<>();
        for (String each : bind.split(",")) {
            String[] parts = each.trim().split(":");
            try {
                InetAddress host = InetAddress.getByName(parts[0].trim());
                open(new InetSocketAddress(host, Integer.parseInt(parts[1].trim())), each.trim()).ifPresent(problems::add);
            } catch (UnknownHostException | RuntimeException e) {
                // James rejects it, which is reported elsewhere.
            }
        }
        return problems;
    }

    private Optional<Problem> open(InetSocketAddress address, String name) {
        Optional<String> ours = taken.entrySet().stream().filter(other -> conflict(other.getKey(), address)).map(Map.Entry::getValue)
            .findFirst();
        if (ours.isPresent()) {
            return Optional.of(new Problem(Severity.WRONG, "has " + name + ", which another <smtpserver> of this file has (" + ours.get()
                + "); give each an address of its own."));
        }
        taken.put(address, name);
        try {
            ServerSocket socket = new ServerSocket();
            open.add(socket);
            socket.setReuseAddress(true);
            socket.bind(address, 1);
            return Optional.empty();
        } catch (BindException e) {
            return Optional.of(refused(address, name, String.valueOf(e.getMessage())));
        } catch (IOException e) {
            return Optional.of(refused(address, name, String.valueOf(e.getMessage())));
        }
    }

    private static Problem refused(InetSocketAddress address, String name, String reason) {
        if (reason.contains("Permission denied") && address.getPort() <= LAST_PRIVILEGED) {
            return new Problem(Severity.WARNING, "has " + name + ", which this user may not open; James has to run as a user that may open"
                + " ports below 1024.");
        }
        if (!reason.contains("in use")) {
            return new Problem(Severity.WRONG, "has " + name + ", which cannot be opened (" + reason
                + "); write an address of this machine, or 0.0.0.0 for all.");
        }
        PortOwner owner = PortOwner.of(address.getPort());
        if (owner.isJames()) {
            return new Problem(Severity.OK, "has " + name + ", which the running James has.");
        }
        return new Problem(owner.isKnown() ? Severity.WRONG : Severity.WARNING, "has " + name + ", which is in use" + owner.description()
            + "; stop that program, or choose another port" + (owner.isKnown() ? "." : ". If it is the James that runs now, all is well."));
    }

    private static boolean conflict(InetSocketAddress one, InetSocketAddress other) {
        InetAddress first = one.getAddress();
        InetAddress second = other.getAddress();
        return one.getPort() == other.getPort() && one.getPort() != 0
            && (first.equals(second) || first.isAnyLocalAddress() || second.isAnyLocalAddress());
    }

    @Override
    public void close() {
        for (ServerSocket socket : open) {
            try {
                socket.close();
            } catch (IOException e) {
                // It ends with this process.
            }
        }
    }
}
