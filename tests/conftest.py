import pytest

from thriftwatch import load_model


@pytest.fixture(scope="session")
def model():
    """The bundled model, the one that users get."""
    return load_model()
