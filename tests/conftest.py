import pytest
from hypothesis import settings

from thriftwatch import load_model
from thriftwatch.cli import main

settings.register_profile("thriftwatch", deadline=None)  # shared machines are slow at times
settings.load_profile("thriftwatch")


@pytest.fixture(scope="session")
def model():
    """The bundled model, the one that users get."""
    return load_model()


@pytest.fixture(autouse=True)
def english(monkeypatch):
    """What analysts read is in Indonesian unless the locale says otherwise."""
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


@pytest.fixture
def run(capsys):
    """Run the program in this process: its exit status, standard output and standard error."""

    def run(*arguments):
        with pytest.raises(SystemExit) as stopped:
            main([str(argument) for argument in arguments])
        return stopped.value.code, *capsys.readouterr()

    return run
