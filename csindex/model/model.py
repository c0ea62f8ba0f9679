"""The model: constructs measured by items, joined by paths."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from html import escape
from os import PathLike
from pathlib import Path as FilePath
from typing import Any

from csindex.errors import ModelError
from csindex.messages import Message, listed
from csindex.model.checks import check_measurement, check_structure, target_of
from csindex.model.feedback import Instruments, check_loops, given_instruments
from csindex.model.hierarchy import check_levels, made_of, split_paths, upper
from csindex.model.parts import Construct, Item, Path, names_of, parts_of, scale_of


@dataclass(frozen=True, slots=True)
class Model:
    """A satisfaction-index model. It is checked on creation and does not change afterwards.

    Parameters
    ----------
    constructs : sequence of Construct
        One whose "items" are constructs of the model is of higher order; these are its dimensions.
    paths : sequence of Path or of (source, target)
        The source ``"Quality:Image"`` is the interaction of two constructs.
    items : sequence of Item
        Every item of the constructs, once. Items that are only named there are taken to be on 1-10.
    target : str, optional
        The construct that the index is about and that impacts are computed for. Without it the one that is called or
        labelled satisfaction (``"SAT"``, ``"만족도"``, ...), or the only one with no outgoing path, unless its name is
        that of a consequence of satisfaction, such as loyalty.
    name, source, notes : str
        What the model is called, the publication it comes from, and what is certain about it.
    feedback : bool
        Whether constructs may affect each other; otherwise a cycle of paths is an error. Equations in a feedback loop are
        estimated by two-stage least squares.
    instruments : mapping of construct to sequence of construct, optional
        Equations to be estimated by two-stage least squares, with all their instruments; sources that are not among them
        are endogenous. By default, for equations in a feedback loop, the constructs outside that lead into it.

    Raises
    ------
    ModelError
        Unknown names, an item used twice, an empty or disconnected construct, a path given twice, a cycle without
        `feedback`, an equation with too few instruments, a dimension with paths of its own, an interaction without its main
        effects.

    Examples
    --------
    >>> from csindex import Model
    >>> Model.parse("Quality =~ q1 + q2; Satisfaction =~ s1 + s2; Satisfaction ~ Quality").target
    'Satisfaction'
    """

    constructs: tuple[Construct, ...]
    paths: tuple[Path, ...]
    items: tuple[Item, ...] = ()
    target: str = ""
    name: str = ""
    source: str = ""
    notes: str = ""
    feedback: bool = False
    instruments: Instruments = ()

    def __post_init__(self) -> None:
        set_field = object.__setattr__
        set_field(self, "constructs", parts_of(self.constructs, Construct, "constructs"))
        set_field(self, "paths", parts_of(self.paths, Path, "paths"))
        items = parts_of(self.items, Item, "items")
        given = {item.name: item for item in items}
        used = check_measurement(self.constructs, set(given) if given else None)
        if len(given) < len(items):
            names = [item.name for item in items]
            raise ModelError(Message("model.items_twice", items=sorted({n for n in names if names.count(n) > 1})))
        set_field(self, "items", tuple(given.get(name, Item(name)) for name in used))
        constructs = upper(self.constructs)
        check_levels(self.constructs, self.paths)
        paths, _ = split_paths(self.paths, self.construct_names)
        check_structure(constructs, paths)
        if not isinstance(self.feedback, bool):
            raise ModelError(Message("model.feedback", value=self.feedback))
        set_field(self, "instruments", given_instruments(self.instruments))
        check_loops([construct.name for construct in constructs], paths, self.feedback, self.instruments)
        set_field(self, "target", target_of(constructs, paths, self.target))

    @classmethod
    def parse(
        cls,
        text: str,
        *,
        scale: tuple[float, float] = (1, 10),
        scales: Mapping[str, tuple[float, float]] | None = None,
        target: str = "",
        reversed: Iterable[str] = (),
        modes: Mapping[str, str] | None = None,
        name: str = "",
        feedback: bool = False,
        instruments: Mapping[str, Iterable[str]] | None = None,
    ) -> "Model":
        """Read a model in the lavaan notation.

        Parameters
        ----------
        text : str
            Statements on lines of their own or separated by ``;``: ``=~`` measured by (Mode A), ``<~`` composed of
            (Mode B), ``~`` depends on. What a construct is measured by or composed of are items, or constructs, whose
            higher order it then is. ``Quality:Image`` on the right of ``~`` is an interaction. ``#`` or ``!`` begins a
            comment.
        scale : (float, float)
            The scale of every item that `scales` does not name.
        scales : mapping of item to (float, float), optional
        target : str, optional
            See `Model`.
        reversed : iterable of str
            Items on which a high answer means less of their construct.
        modes : mapping of construct to mode, optional
            For modes that the notation has no operator for, e.g. ``{"Value": "nonnegative B"}``.
        name : str
        feedback, instruments
            See `Model`.

        Raises
        ------
        ModelError
            Naming the line that cannot be read, and see `Model`.

        Examples
        --------
        >>> import csindex as csi
        >>> csi.Model.parse("Q =~ q1 + q2; S =~ s1 + s2; S ~ Q", scale=(1, 7), scales={"s2": (0, 1)}).items[3].scale
        (0.0, 1.0)
        """
        from csindex.model import lavaan

        blocks, links = lavaan.read(text)
        turned = names_of(reversed, Message("model.reversed_item"))
        modes = _mapping(modes, "modes=", "{'Value': 'nonnegative B'}")
        constructs = tuple(
            Construct(block, items, modes.pop(block, mode), reversed=tuple(i for i in items if i in turned))
            for block, (mode, items) in blocks.items()
        )
        named = {item for construct in constructs for item in construct.items}
        scales = _mapping(scales, "scales=", "{'q1': (0, 1)}")
        for what, unknown in (
            ("reversed", [i for i in turned if i not in named]),
            ("scales", [i for i in scales if i not in named]),
            ("modes", list(modes)),
        ):
            if unknown:
                raise ModelError(Message("model.unknown_names", what=what, names=unknown))
        whole = scale_of(scale, "scale=")
        dimensions = {part for parts in made_of(constructs).values() for part in parts}
        if dimensions & set(scales):
            raise ModelError(Message("model.scales_of_constructs", names=sorted(dimensions & set(scales))))
        asked = [item for construct in constructs for item in construct.items if item not in dimensions]
        items = [Item(item, scales.get(item, whole)) for item in asked]
        paths = tuple(Path(*link) for link in links)
        rest: dict[str, Any] = {"feedback": feedback, "instruments": instruments or ()}
        return cls(constructs, paths, tuple(items), target, name, **rest)

    @classmethod
    def from_yaml(cls, source: str | PathLike[str]) -> "Model":
        """Read a model from YAML text or from a file that holds it (see `to_yaml`).

        Parameters
        ----------
        source : str or path
            YAML text, or the path of a ``.yaml`` / ``.yml`` file. Object tags are refused; no code is run.

        Raises
        ------
        ModelError
            If the text is not YAML, or does not describe a model.
        """
        text = source
        if not isinstance(source, (str, PathLike)):
            raise ModelError(Message("model.not_yaml_text", kind=type(source).__name__))
        if not isinstance(source, str) or source.rstrip().endswith((".yaml", ".yml")):
            path = FilePath(source)
            if not path.is_file():
                raise ModelError(Message("model.no_file", path=str(path)))
            text = path.read_text(encoding="utf-8")
        from csindex.model import yaml

        return cls(**yaml.read(str(text)))

    def to_yaml(self, path: str | PathLike[str] | None = None) -> str:
        """Write the model as YAML; return the text, and also write it to `path` if one is given."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        from csindex.model import yaml

        text = yaml.write(**given)
        if path is not None:
            FilePath(path).write_text(text, encoding="utf-8")
        return text

    def to_lavaan(self) -> str:
        """Write the constructs and paths in the lavaan notation; scales and texts have no place there."""
        from csindex.model import lavaan

        return lavaan.write(self.constructs, self.paths)

    @property
    def construct_names(self) -> tuple[str, ...]:
        """Names of the constructs, in the model's order."""
        return tuple(construct.name for construct in self.constructs)

    @property
    def item_names(self) -> tuple[str, ...]:
        """Names of the items, construct by construct: the order of every array inside."""
        return tuple(item.name for item in self.items)

    @property
    def layered(self) -> bool:
        """Whether some constructs are made of constructs, or interact; such a model is fitted in stages."""
        return bool(made_of(self.constructs) or split_paths(self.paths, self.construct_names)[1])

    def construct(self, name: str) -> Construct:
        """Return the construct called `name`."""
        for construct in self.constructs:
            if construct.name == name:
                return construct
        raise ModelError(Message("model.no_construct", name=name, known=", ".join(self.construct_names)))

    def item(self, name: str) -> Item:
        """Return the item called `name`."""
        for item in self.items:
            if item.name == name:
                return item
        raise ModelError(Message("model.no_item", name=name, known=", ".join(self.item_names)))

    def rename(self, columns: Mapping[str, str | Iterable[str]]) -> "Model":
        """Return the model with items called as your columns are.

        Parameters
        ----------
        columns : mapping
            From an item's name to your column, or from a construct's name to the columns of its items, in their order.

        Raises
        ------
        ModelError
            If a key is neither an item nor a construct, or the number of columns does not match.

        Examples
        --------
        >>> import csindex as csi
        >>> csi.acsi().rename({"SATIS": "q10", "Value": ["q7", "q8"]}).construct("Value").items
        ('q7', 'q8')
        """
        new = {name: name for name in self.item_names}
        for key, value in columns.items():
            if key in self.construct_names and key not in made_of(self.constructs):
                old = self.construct(key).items
            elif key in new:
                old = (key,)
            else:
                raise ModelError(
                    Message(
                        "model.rename_unknown",
                        name=key,
                        items=", ".join(self.item_names),
                        constructs=", ".join(self.construct_names),
                    )
                )
            names = names_of(value, Message("model.column_of", name=key))
            if len(names) != len(old):
                raise ModelError(Message("model.rename_count", name=key, due=len(old), old=old, given=len(names)))
            new.update(zip(old, names, strict=True))
        return replace(
            self,
            items=tuple(replace(item, name=new[item.name]) for item in self.items),
            constructs=tuple(
                replace(
                    c, items=tuple(new.get(i, i) for i in c.items), reversed=tuple(new.get(i, i) for i in c.reversed)
                )
                for c in self.constructs
            ),
        )

    def with_modes(self, modes: Mapping[str, Any]) -> "Model":
        """Return the model with other modes for some constructs, e.g. ``{"Image": "B"}``."""
        for name in modes:
            self.construct(name)
        return replace(self, constructs=tuple(replace(c, mode=modes.get(c.name, c.mode)) for c in self.constructs))

    def with_scales(self, scales: Mapping[Any, tuple[float, float]]) -> "Model":
        """Return the model with other scales for some items.

        Parameters
        ----------
        scales : mapping
            From an item to its scale, ``{"q1": (1, 7)}``, or from a scale to the one that all its items get,
            ``{(1, 10): (0, 10)}``. Names that are no items of the model are passed over, so that all scales of a file can
            be given.
        """

        def own(item: Item) -> Item:
            return replace(item, scale=scales.get(item.name, scales.get(item.scale, item.scale)))

        return replace(self, items=tuple(map(own, self.items)))

    def __str__(self) -> str:
        return (f"# {self.name}\n" if self.name else "") + self.to_lavaan()

    def __repr__(self) -> str:
        scales = dict.fromkeys(f"{low:g}-{high:g}" for low, high in (item.scale for item in self.items))
        parts = {"construct": self.constructs, "item": self.items, "path": self.paths}
        counts = ", ".join(f"{len(part)} {name}{'s' * (len(part) != 1)}" for name, part in parts.items())
        return f"Model {self.name!r}: {counts}; scale {listed(scales, 3)}; target {self.target!r}".replace(
            " '':", ":", 1
        )

    def _repr_html_(self) -> str:
        return f'<div class="csindex"><pre>{escape(repr(self))}</pre></div>'


def _mapping(value: Any, what: str, example: str) -> dict[str, Any]:
    if value is not None and not isinstance(value, Mapping):
        raise ModelError(Message("model.mapping", what=what, example=example, value=value))
    return dict(value or {})
