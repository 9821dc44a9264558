<?php
// Sends by PHPMailer, as its documentation shows it: several messages on one connection.
require '/usr/share/php/libphp-phpmailer/autoload.php';

use PHPMailer\PHPMailer\PHPMailer;

const MESSAGES_PER_CONNECTION = 10;

$variant = $argv[1];
if ($variant === 'version') {
    echo 'PHPMailer ', PHPMailer::VERSION, ', PHP ', PHP_MAJOR_VERSION, '.', PHP_MINOR_VERSION, "\n";
    exit;
}
// By itself it wants a dot in every domain.
PHPMailer::$validator = 'html5';
$mail = new PHPMailer(true);
$mail->isSMTP();
$mail->SMTPKeepAlive = true;
$mail->Host = getenv('SMTP_HOST');
$mail->Port = (int) getenv('SMTP_PORT');
$mail->Helo = 'client.example';
$mail->SMTPAutoTLS = false;
$mail->SMTPOptions = ['ssl' => ['verify_peer' => false, 'verify_peer_name' => false]];
if (strncmp($variant, 'starttls', 8) === 0) {
    $mail->SMTPSecure = PHPMailer::ENCRYPTION_STARTTLS;
} elseif (strncmp($variant, 'tls', 3) === 0) {
    $mail->SMTPSecure = PHPMailer::ENCRYPTION_SMTPS;
}
if (strpos($variant, 'auth') !== false) {
    $mail->SMTPAuth = true;
    $mail->Username = getenv('SMTP_USER');
    $mail->Password = getenv('SMTP_PASSWORD');
    if ($variant === 'auth-plain' || $variant === 'auth-login') {
        $mail->AuthType = strtoupper(substr($variant, 5));
    }
}
$mail->setFrom(getenv('MAIL_FROM'));
$mail->addAddress(getenv('MAIL_TO'));
for ($i = 1; $i <= (int) getenv('COUNT'); $i++) {
    $mail->Subject = getenv('SUBJECT') . ' ' . $i;
    $mail->Body = "body $i\n";
    $mail->send();
    if ($i % MESSAGES_PER_CONNECTION === 0) {
        $mail->smtpClose();
    }
}
$mail->smtpClose();
