import pytest
from hypothesis import settings

from thriftwatch import load_model

settings.register_profile("thriftwatch", deadline=None)  # shared machines are slow at times
settings.load_profile("thriftwatch")


@pytest.fixture(scope="session")
def model():
    """The bundled model, the one that users get."""
    return load_model()
