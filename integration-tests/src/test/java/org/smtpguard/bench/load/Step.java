package org.smtpguard.bench.load;

import java.nio.charset.StandardCharsets;
import java.util.function.LongFunction;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;

/** Octets that a client sends at once, and the codes of the replies that it waits for then. Immutable. */
final class Step {
    /** For what is written again and again, and let go with its script: nobody is to report that as a leak. */
    private static final ByteBufAllocator FOR_GOOD = new UnpooledByteBufAllocator(true, true);

    private final LongFunction<ByteBuf> octets;
    private final int[] codes;

    private Step(LongFunction<ByteBuf> octets, int... codes) {
        this.octets = octets;
        this.codes = codes;
    }

    /** The same octets each time, whose last line has no end yet. */
    static Step of(String lines, int... codes) {
        byte[] octets = (lines + "\r\n").getBytes(StandardCharsets.US_ASCII);
        ByteBuf whole = Unpooled.unreleasableBuffer(FOR_GOOD.directBuffer(octets.length).writeBytes(octets));
        return new Step(number -> whole.duplicate(), codes);
    }

    /** Other octets each time. */
    static Step numbered(LongFunction<String> line, int... codes) {
        return new Step(number -> Unpooled.copiedBuffer(line.apply(number) + "\r\n", StandardCharsets.US_ASCII), codes);
    }

    /** Nothing is sent: what the server says by itself. */
    static Step silent(int code) {
        return new Step(number -> Unpooled.EMPTY_BUFFER, code);
    }

    /** @param number that no other use of the step has */
    ByteBuf octets(long number) {
        return octets.apply(number);
    }

    int replies() {
        return codes.length;
    }

    /** @param reply from 0 */
    int code(int reply) {
        return codes[reply];
    }
}
