package org.smtpguard.bench;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.EventExecutorGroup;

/**
 * The limit: what the Netty of James can do at the most, on the threads that James has, with the answers of a server and nothing
 * behind them. What a client says is accepted, or, where that is asked for, refused in one line but for the greeting. Ends with its
 * input.
 */
public final class BareServer {
    private static final int LONGEST_LINE = 8192;
    private static final int BACKLOG = 2000;

    private BareServer() {
    }

    /**
     * @param arguments the port on loopback, how many milliseconds AUTH takes, how many threads frame and handle lines (0: the event
     * loop does), and whether commands are refused
     */
    public static void main(String[] arguments) throws Exception {
        int authMillis = Integer.parseInt(arguments[1]);
        int threads = Integer.parseInt(arguments[2]);
        boolean refuses = Boolean.parseBoolean(arguments[3]);
        Optional<EventExecutorGroup> sessions = threads == 0 ? Optional.empty() : Optional.of(new DefaultEventExecutorGroup(threads));
        new ServerBootstrap().group(new NioEventLoopGroup(1), new NioEventLoopGroup())
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(new ChannelInitializer<SocketChannel>() {
                @Override
                protected void initChannel(SocketChannel channel) {
                    channel.pipeline().addLast(sessions.orElse(null), new LineBasedFrameDecoder(LONGEST_LINE),
                        new Canned(authMillis, refuses));
                }
            })
            .bind(new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[0]))).sync();
        System.out.println("listening");
        while (System.in.read() >= 0) {
            // Whoever has started us has nothing to say, and is gone when that ends.
        }
        System.exit(0);
    }

    private static final class Canned extends SimpleChannelInboundHandler<ByteBuf> {
        private static final ByteBuf GREETING = reply("220 localhost SMTP Server (canned) ready");
        private static final ByteBuf EHLO = reply("250-localhost Hello client.example\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n"
            + "250-8BITMIME\r\n250 AUTH PLAIN LOGIN");
        private static final ByteBuf AUTH = reply("235 2.7.0 Authentication successful");
        private static final ByteBuf DATA = reply("354 Ok Send data ending with <CRLF>.<CRLF>");
        private static final ByteBuf OK = reply("250 2.0.0 Ok");
        private static final ByteBuf REFUSED = reply("503 5.5.1 Bad sequence of commands");
        private static final ByteBuf UNKNOWN = reply("500 5.5.1 Unknown command");
        private static final ByteBuf BYE = reply("221 2.0.0 Bye");

        private final int authMillis;
        private final boolean refuses;
        private boolean isInContent;

        private Canned(int authMillis, boolean refuses) {
            this.authMillis = authMillis;
            this.refuses = refuses;
        }

        private static ByteBuf reply(String text) {
            return Unpooled.unreleasableBuffer(Unpooled.directBuffer().writeBytes((text + "\r\n").getBytes(StandardCharsets.US_ASCII)));
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            context.writeAndFlush(GREETING.duplicate());
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf octets) {
            if (isInContent) {
                if (octets.readableBytes() == 1 && octets.getByte(octets.readerIndex()) == '.') {
                    isInContent = false;
                    context.writeAndFlush(OK.duplicate());
                }
                return;
            }
            String line = octets.toString(StandardCharsets.US_ASCII);
            switch (line.length() < 4 ? line : line.substring(0, 4).toUpperCase(Locale.ROOT)) {
                case "EHLO":
                    context.writeAndFlush(EHLO.duplicate());
                    break;
                case "AUTH":
                    if (authMillis == 0) {
                        context.writeAndFlush(AUTH.duplicate());
                    } else {
                        context.executor().schedule(() -> context.writeAndFlush(AUTH.duplicate()), authMillis, TimeUnit.MILLISECONDS);
                    }
                    break;
                case "RCPT":
                    context.writeAndFlush((refuses ? REFUSED : OK).duplicate());
                    break;
                case "DATA":
                    isInContent = !refuses;
                    context.writeAndFlush((refuses ? REFUSED : DATA).duplicate());
                    break;
                case "QUIT":
                    context.writeAndFlush(BYE.duplicate()).addListener(ChannelFutureListener.CLOSE);
                    break;
                default:
                    context.writeAndFlush((refuses ? UNKNOWN : OK).duplicate());
                    break;
            }
        }
    }
}
