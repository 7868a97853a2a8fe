"""Saved configurations."""

import pytest

from splitreader.server.storage import InvalidPageToken, NameTaken, Storage
from support.stored import PROJECT

SPLIT = {"product_type": "split_v1", "categories": [{"name": "invoice"}]}
OTHER = {"product_type": "split_v1", "categories": [{"name": "Vertrag \ud83d"}]}
PARSE = {"product_type": "parse_v2"}


@pytest.fixture
def configurations(tmp_path):
    with Storage.open(tmp_path / "data") as storage:
        yield storage.configurations


def test_saved_again_it_is_a_new_version_of_the_same(configurations):
    first, created = configurations.save(PROJECT, name="mine", parameters=SPLIT)
    assert created
    again, created = configurations.save(PROJECT, name="mine", parameters=OTHER)
    assert not created
    assert (again.id, again.created_at, again.parameters) == (first.id, first.created_at, OTHER)
    assert again.version > first.version
    assert configurations.get(PROJECT, first.id) == again
    assert configurations.save(PROJECT, name="mine", parameters=PARSE)[1]
    assert configurations.save("other", name="mine", parameters=SPLIT)[1]


def test_updated(configurations):
    first, _ = configurations.save(PROJECT, name="mine", parameters=SPLIT)
    renamed = configurations.update(PROJECT, first.id, name="yours")
    assert (renamed.name, renamed.parameters, renamed.version != first.version) == ("yours", SPLIT, True)
    changed = configurations.update(PROJECT, first.id, parameters=OTHER)
    assert (changed.name, changed.parameters) == ("yours", OTHER)
    configurations.save(PROJECT, name="taken", parameters=SPLIT)
    with pytest.raises(NameTaken, match=first.id):
        configurations.update(PROJECT, first.id, name="taken")
    assert configurations.get(PROJECT, first.id) == changed


def test_listed(configurations):
    for name, parameters in (("a", SPLIT), ("b", PARSE), ("c", SPLIT)):
        configurations.save(PROJECT, name=name, parameters=parameters)
    ask = configurations.list
    assert [item.name for item in ask(PROJECT).items] == ["c", "b", "a"]
    assert [item.name for item in ask(PROJECT, product_types=["split_v1"]).items] == ["c", "a"]
    assert [item.name for item in ask(PROJECT, name="b").items] == ["b"]
    first = ask(PROJECT, page_size=2)
    assert [item.name for item in ask(PROJECT, page_size=2, page_token=first.next_token).items] == ["a"]
    with pytest.raises(InvalidPageToken):
        ask(PROJECT, page_token="x")


def test_other_projects_do_not_see_it(configurations):
    first, _ = configurations.save(PROJECT, name="mine", parameters=SPLIT)
    assert configurations.get("other", first.id) is None
    assert configurations.update("other", first.id, name="x") is None
    assert not configurations.delete("other", first.id)
    assert configurations.list("other").items == ()
    assert configurations.delete(PROJECT, first.id)
    assert configurations.get(PROJECT, first.id) is None
