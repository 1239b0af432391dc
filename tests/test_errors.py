import inspect

from v2a_foley import errors


def children(kind):
    for child in kind.__subclasses__():
        yield child
        yield from children(child)


def test_the_drawn_tree_is_the_tree():
    assert errors.__doc__ is not None
    for child in children(errors.FoleyError):
        assert child.__name__ in errors.__doc__, f"{child.__name__} is not drawn in the module's docstring"
        assert inspect.getdoc(child)


def test_every_error_has_an_exit_code_of_the_command_line():
    assert {child.exit_code for child in children(errors.FoleyError)} == {1, 2, 3, 4, 5, 130}


def test_a_sentence_is_one_line_that_can_be_read():
    error = errors.CutsError(f"'{'9' * 5000}' is no time,\nsaid the reader.")
    assert error.message.startswith("'999")
    assert error.message.endswith("is no time, said the reader.")
    assert len(error.message) == 600
    assert str(error) == error.message


def test_an_error_says_what_to_do_next():
    assert str(errors.DiskFull("There is no space left.", hint="Free some.")) == "There is no space left. Free some."
