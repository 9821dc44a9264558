# Sends by Perl's Net::SMTP: several messages on one connection.
use strict;
use warnings;
use Authen::SASL qw(Perl);
use IO::Socket::SSL;
use Net::SMTP;

my $MESSAGES_PER_CONNECTION = 10;
my $variant = shift;
if ($variant eq 'version') {
    print "Net::SMTP $Net::SMTP::VERSION, Authen::SASL $Authen::SASL::VERSION\n";
    exit;
}

# Each of its methods says by false that it was refused.
sub check {
    my ($client, $taken) = @_;
    return if $taken;
    print 'refused: ', join('', $client->message), "\n";
    exit 1;
}

sub connected {
    my $client = Net::SMTP->new($ENV{SMTP_HOST}, Port => $ENV{SMTP_PORT}, Hello => 'client.example', Timeout => 60,
        SSL => ($variant =~ /^tls/ ? 1 : 0), SSL_verify_mode => IO::Socket::SSL::SSL_VERIFY_NONE) or die "no connection: $@";
    check($client, $client->starttls(SSL_verify_mode => IO::Socket::SSL::SSL_VERIFY_NONE)) if $variant =~ /^starttls/;
    if ($variant =~ /auth$/) {
        check($client, $client->auth($ENV{SMTP_USER}, $ENV{SMTP_PASSWORD}));
    } elsif ($variant =~ /auth-(plain|login)$/) {
        check($client, $client->auth(Authen::SASL->new(mechanism => uc $1,
            callback => {user => $ENV{SMTP_USER}, authname => '', pass => $ENV{SMTP_PASSWORD}})));
    }
    return $client;
}

for (my $first = 1; $first <= $ENV{COUNT}; $first += $MESSAGES_PER_CONNECTION) {
    my $client = connected();
    for (my $i = $first; $i < $first + $MESSAGES_PER_CONNECTION && $i <= $ENV{COUNT}; $i++) {
        check($client, $client->mail($ENV{MAIL_FROM}));
        check($client, $client->to($ENV{MAIL_TO}));
        check($client, $client->data("From: $ENV{MAIL_FROM}\nTo: $ENV{MAIL_TO}\nSubject: $ENV{SUBJECT} $i\n\nbody $i\n"));
    }
    check($client, $client->quit);
}
