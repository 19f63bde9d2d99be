"""How sending fails: for now or for ever, for this message or for all of its way."""

import smtplib
import ssl


class FailedError(Exception):
    """A code, and no words of the other side: they may hold what must not be kept."""

    def __init__(
        self, code: str, *, is_final: bool = False, is_down: bool = False
    ) -> None:
        super().__init__(code)
        self.code = code
        # No later try will go through.
        self.is_final = is_final
        # The way itself is broken: all others on it wait as well.
        self.is_down = is_down


def failure_of(error: Exception) -> FailedError:
    """What became of a mail: 5xx about its address or its content is for ever."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            codes = [code for code, _text in error.recipients.values()]
            return answered(codes[0] if codes else 0)
        case (
            smtplib.SMTPAuthenticationError()
            | smtplib.SMTPSenderRefused()
            | smtplib.SMTPConnectError()
            | smtplib.SMTPHeloError()
        ):
            # Said of us, not of the message: the next would hear the same.
            return FailedError(f"smtp_us_{error.smtp_code}", is_down=True)
        case smtplib.SMTPResponseException():
            return answered(error.smtp_code)
        case ssl.SSLError():
            return FailedError("bad_certificate", is_down=True)
        case _ if isinstance(error.__context__ or error, TimeoutError):
            # smtplib says "disconnected" when it waited in vain for an answer.
            return FailedError("timeout", is_down=True)
        case smtplib.SMTPException() | OSError():
            return FailedError("unreachable", is_down=True)
    return FailedError("not_sent", is_final=True)


def answered(code: int) -> FailedError:
    if code == 421:  # it closes: for everybody
        return FailedError("smtp_421", is_down=True)
    return FailedError(f"smtp_{code}", is_final=500 <= code < 600)
