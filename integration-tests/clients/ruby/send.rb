# Sends by Ruby's net/smtp: several messages on one connection.
require 'net/smtp'

MESSAGES_PER_CONNECTION = 10

def client(variant)
  smtp = Net::SMTP.new(ENV['SMTP_HOST'], ENV['SMTP_PORT'].to_i)
  context = OpenSSL::SSL::SSLContext.new
  context.verify_mode = OpenSSL::SSL::VERIFY_NONE
  smtp.disable_starttls
  smtp.enable_starttls(context) if variant.start_with?('starttls')
  smtp.enable_tls(context) if variant.start_with?('tls')
  smtp
end

def login(variant)
  return [] unless variant.include?('auth')
  # Without a mechanism it takes PLAIN.
  mechanism = variant[/auth-(.*)/, 1]
  [ENV['SMTP_USER'], ENV['SMTP_PASSWORD'], *(mechanism && [mechanism.to_sym])]
end

variant = ARGV[0]
if variant == 'version'
  puts "Ruby #{RUBY_VERSION}, net/smtp #{Net::SMTP::VERSION}"
  exit
end
from, to, subject = ENV.values_at('MAIL_FROM', 'MAIL_TO', 'SUBJECT')
(1..ENV['COUNT'].to_i).each_slice(MESSAGES_PER_CONNECTION) do |numbers|
  client(variant).start('client.example', *login(variant)) do |smtp|
    numbers.each do |i|
      smtp.send_message("From: #{from}\r\nTo: #{to}\r\nSubject: #{subject} #{i}\r\n\r\nbody #{i}\r\n", from, to)
    end
  end
end
