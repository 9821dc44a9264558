package org.smtpguard.it.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A file of users, and what happens to files: it is gone, it is a pipe into which nobody writes, something else is in it, it breaks
 * off; or its hashes take their time.
 */
public final class FilePeer implements Peer {
    private static final String COSTLY_HASH =
        "{ARGON2ID}$argon2id$v=19$m=8192,t=1,p=1$tibZDERetUbtG86BN4XsFg$XQw87S5TIFpyP3xYfXtiG7bpb82LEUn47TJ6DIaD4/A";
    /** Some 10 ms each. */
    private static final String USERS_WITH_COSTLY_HASHES = ALICE + ":" + COSTLY_HASH + "\n" + CAROL + ":" + COSTLY_HASH + "\n";

    private final Path file;
    private final Random random;

    /** @param seed of what is in the file in place of users */
    public FilePeer(Path file, long seed) {
        this.file = file;
        this.random = new Random(seed);
        suffer(Ailment.NONE);
    }

    @Override
    public String backend() {
        return "FileBackend";
    }

    @Override
    public String elements() {
        return "<file>file://" + file + "</file>";
    }

    @Override
    public Set<Ailment> ailments() {
        return EnumSet.of(Ailment.REFUSES, Ailment.SILENT, Ailment.BUSY, Ailment.RUBBISH, Ailment.CUTS);
    }

    @Override
    public void suffer(Ailment ailment) {
        try {
            switch (ailment) {
                case REFUSES:
                    Files.deleteIfExists(file);
                    break;
                case SILENT:
                    Files.deleteIfExists(file);
                    makePipe();
                    break;
                case BUSY:
                    replace(USERS_WITH_COSTLY_HASHES.getBytes(StandardCharsets.UTF_8));
                    break;
                case RUBBISH:
                    byte[] rubbish = new byte[Peers.USERS.length()];
                    random.nextBytes(rubbish);
                    replace(rubbish);
                    break;
                case CUTS:
                    // In the midst of a line: what is cut off behind one is a file without some users, and as good as any.
                    replace(Peers.USERS.substring(0, Peers.USERS.length() * 3 / 4).getBytes(StandardCharsets.UTF_8));
                    break;
                default:
                    replace(Peers.USERS.getBytes(StandardCharsets.UTF_8));
                    break;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As an administrator should: the new one is written, and moved to its place. */
    private void replace(byte[] content) throws IOException {
        Path written = Files.write(file.resolveSibling(file.getFileName() + ".new"), content);
        Files.move(written, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private void makePipe() throws IOException {
        Process mkfifo = new ProcessBuilder("mkfifo", file.toString()).start();
        try {
            if (!mkfifo.waitFor(60, TimeUnit.SECONDS) || mkfifo.exitValue() != 0) {
                throw new IOException("no pipe " + file);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public boolean isMissed() {
        return false;
    }

    @Override
    public boolean canBeDownAtStart() {
        return false;
    }

    @Override
    public void close() {
        // Nothing runs.
    }
}
