"""What a report says of how it was made."""

import numpy as np

from csindex.estimation.estimator import estimator_of
from csindex.fitting.refusals import counted, failure_reasons
from csindex.fitting.tables.inadmissible import flawed_replicates, flaws_of
from csindex.reports.labels import Reader
from csindex.text.document import Block, Bullets, Formula, Paragraph, Section, Table
from csindex.text.format import unit_name
from csindex.version import __version__

MOST_SHOWN = 5

INDEX = Formula(
    "v_i = (w_i / s_i) / Σ_j (w_j / s_j),   index = 100 · Σ_i v_i (m_i − low_i) / Σ_i v_i (high_i − low_i)",
    r"v_i = \frac{w_i / s_i}{\sum_j w_j / s_j},\qquad "
    r"\mathrm{index} = 100\,\frac{\sum_i v_i\,(m_i - \mathrm{low}_i)}{\sum_i v_i\,(\mathrm{high}_i - \mathrm{low}_i)}",
)
IMPACT = Formula(
    "points = step · T · sd(index of target) / sd(index of driver)",
    r"\mathrm{points} = \mathrm{step}\cdot T\cdot"
    r"\frac{\mathrm{sd}(\mathrm{index\ of\ target})}{\mathrm{sd}(\mathrm{index\ of\ driver})}",
)

REFERENCES = (
    "Fornell, C., Johnson, M. D., Anderson, E. W., Cha, J., & Bryant, B. E. (1996). The American Customer Satisfaction Index: "
    "Nature, purpose, and findings. Journal of Marketing, 60(4), 7–18.",
    "Lohmöller, J.-B. (1989). Latent variable path modeling with partial least squares. Physica.",
    "Tenenhaus, M., Esposito Vinzi, V., Chatelin, Y.-M., & Lauro, C. (2005). PLS path modeling. Computational Statistics & Data "
    "Analysis, 48(1), 159–205.",
    "Martilla, J. A., & James, J. C. (1977). Importance-performance analysis. Journal of Marketing, 41(1), 77–79.",
    "Ringle, C. M., & Sarstedt, M. (2016). Gain more insight from your PLS-SEM results: The importance-performance map analysis. "
    "Industrial Management & Data Systems, 116(9), 1865–1886.",
)


def method(reader: Reader) -> Section:
    """Return formulas, every decision, and references."""
    blocks: list[Block] = []
    if reader.result.options.convention == "fornell" and not reader.result.options.weights_from:
        blocks += [Paragraph(reader.say("formula_index")), INDEX]
    blocks += [Paragraph(reader.say("formula_impact")), IMPACT]
    rows = tuple((reader.say(key), value) for key, value in decisions(reader).items() if value)
    blocks.append(Table(reader.say("decisions"), reader.heads("decision_head"), rows, left=2))
    replicates = reader.result.replicates
    if replicates is not None and replicates.kind == "parametric":
        blocks.append(Paragraph(reader.say("parametric"), "note"))
    source = reader.result.model.source
    blocks += [Paragraph(reader.say("references")), Bullets((*([source] if source else []), *REFERENCES))]
    return Section(reader.say("method"), tuple(blocks))


def decisions(reader: Reader) -> dict[str, str]:
    """Return every decision by its key in the words of a report."""
    result, options = reader.result, reader.result.options
    chosen = {
        key: reader.choice(getattr(options, key)) for key in ("estimator", "scheme", "variant", "convention", "missing")
    }
    own = estimator_of(options).own_options
    chosen = {key: value for key, value in chosen.items() if key in own or key not in ("scheme", "variant")}
    if "discrepancy" in own:
        chosen["estimator"] += f", {options.discrepancy}"
    if result.account is None:
        del chosen["missing"]
    chosen |= _items_and_stages(reader)
    if options.weights_from:
        chosen = {"carried": reader.say("carried_from", source=options.weights_from)} | {
            key: value for key, value in chosen.items() if key == "missing"
        }
    none = reader.say("none")
    spread = {"resampling": none, "interval": none, "seed": "", "failed": ""}
    if result.replicates is not None and result.replicates.kind == "delta":
        spread |= {"resampling": reader.choice(f"{options.errors} errors")}
        spread |= {"interval": f"{reader.choice(result.interval_words)}, {reader.level}"}
    elif result.replicates is not None:
        made, failed = int(result.sample["replicates"].sum()), int(result.sample["failed"].sum())
        words = result.replicates.words_in(reader.lang)
        count = f"{int(result.sample['replicates'].max()):,}"
        units = range(len(result.sample))
        reasons = failure_reasons(result.model, result.replicates, units) if failed else []
        said = reader.say("of", failed=f"{failed:,}", made=f"{made:,}")
        spread = {
            "resampling": f"{count}, {words}",
            "interval": f"{reader.choice(result.interval_words)}, {reader.level}",
            "seed": str(result.seed),
            "failed": f"{said} ({counted(reasons).text(reader.lang)})" if reasons else said,
        }
    return {
        "model": result.model.name,
        **chosen,
        **spread,
        "inadmissible": _inadmissible(reader),
        "version": f"csindex {__version__}",
    }


def _items_and_stages(reader: Reader) -> dict[str, str]:
    """Return how ordinal items are taken, and constructs that are made of others; nothing where there are none."""
    options, stage = reader.result.options, reader.result.stage
    found = {}
    if options.ordinal:
        items = reader.result.specified.item_names
        count = len(items) if options.ordinal is True else len(tuple(options.ordinal))
        found["ordinal"] = reader.say("polychoric", count=count, items=len(items))
    if stage.way:
        found["stages"] = reader.choice(options.interaction if stage.products else options.higher_order)
    return found


def _inadmissible(reader: Reader) -> str:
    """Return what of a solution cannot be, in the sample and in how many replicates; empty where nothing is."""
    result = reader.result
    at = np.flatnonzero(result.estimates.flaws).tolist()
    flawed, usable = flawed_replicates(result)
    said = [
        (f"{unit_name(result.units, unit)}: " if result.units is not None else "")
        + flaws_of(result, unit).text(reader.lang)
        for unit in at[:MOST_SHOWN]
    ]
    if flawed:
        said.append(reader.say("inadmissible_replicates", failed=f"{flawed:,}", made=f"{usable:,}"))
    return "; ".join(said)
