"""send-test-email, and what check-config says about mail."""

import argparse
import sys
import time

from licenseapi_server.serving import preparation
from licenseapi_server.serving.running import StartError
from licenseapi_server.settings import Settings, load_settings


def send_test_email(options: argparse.Namespace) -> int:
    """Send one mail here and now, so that an operator sees at once what is wrong."""
    settings = load_settings()
    preparation.start_django()
    from licenseapi_server.mail.letters import AddressError, compose, write_letter
    from licenseapi_server.mail.sending import DeliveryError, DeliveryInDoubtError, send

    letter = write_letter("test", options.to, {"server": settings.public_url})
    try:
        message = compose(letter, settings.sender, time.time_ns() // 1000)
        place = send(settings, message)
    except (AddressError, DeliveryError, DeliveryInDoubtError) as error:
        message_text = f"The mail was not sent: {error}"
        raise StartError(message_text) from error
    sys.stdout.write(f"Sent to {options.to} by way of {place}.\n")
    return 0


def check_mail(settings: Settings) -> None:
    """Greet the mail server. Raises StartError when it cannot be used."""
    from licenseapi_server.mail.letters import AddressError, parse_sender
    from licenseapi_server.mail.sending import DeliveryError, check_server

    if not settings.smtp_host:
        where = f"put into {settings.mail_dir}" if settings.is_development else "not sent"
        sys.stdout.write(f"Mail: LICENSEAPI_SMTP_HOST is not set, so that mails are {where}.\n")
        return
    try:
        parse_sender(settings.sender)
        check_server(settings)
    except (AddressError, DeliveryError) as error:
        message = f"The mail server cannot be used: {error}"
        raise StartError(message) from error
    sys.stdout.write(f"Mail: {settings.smtp_host} port {settings.smtp_port} is ready.\n")
