'use strict';
// Sends by a pool of connections, as programs do that have more than one message to send.
const nodemailer = require('nodemailer');

const { SMTP_HOST, SMTP_PORT, SMTP_USER, SMTP_PASSWORD, MAIL_FROM, MAIL_TO, SUBJECT, COUNT } = process.env;

const login = { user: SMTP_USER, pass: SMTP_PASSWORD };
const variants = {
    'plain': { ignoreTLS: true },
    'starttls': { requireTLS: true },
    'tls': { secure: true },
    'auth-plain': { auth: login, authMethod: 'PLAIN' },
    'auth-login': { auth: login, authMethod: 'LOGIN' },
    'auth': { auth: login },
    'starttls-auth': { requireTLS: true, auth: login },
    'tls-auth': { secure: true, auth: login }
};

async function main(variant) {
    if (variant === 'version') {
        console.log('nodemailer ' + require('nodemailer/package.json').version + ' on Node.js ' + process.version);
        return;
    }
    const transport = nodemailer.createTransport({
        host: SMTP_HOST,
        port: Number(SMTP_PORT),
        name: 'client.example',
        pool: true,
        maxConnections: 2,
        maxMessages: 10,
        tls: { rejectUnauthorized: false },
        ...variants[variant]
    });
    const sent = [];
    for (let i = 1; i <= Number(COUNT); i++) {
        sent.push(transport.sendMail({ from: MAIL_FROM, to: MAIL_TO, subject: `${SUBJECT} ${i}`, text: `body ${i}\n` }));
    }
    await Promise.all(sent);
    transport.close();
}

main(process.argv[2]).catch(error => {
    console.error(error);
    // Not merely an exit code: the pool would keep the process alive.
    process.exit(1);
});
