"""The one error type of every outside call. The job core retries what may pass and stops what cannot."""


class ProviderError(Exception):
    """An outside service or model could not answer.

    ``code`` is stable and documented, ``retryable`` says whether another try may succeed, ``retry_after`` is seconds.
    seconds.
    The message is written for the person who has to act on it and never contains a secret.
    """

    def __init__(
        self, message: str, *, code: str = "provider_error", retryable: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.retryable = retryable
        self.retry_after = retry_after
