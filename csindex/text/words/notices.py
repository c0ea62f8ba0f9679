"""The sentences of what changes the reading of a result, in English and in Korean."""

ENGLISH = {
    "missing_all": "{incomplete:,} of {rows:,} rows are left out, because they answer none of the items. Those who answer may be more or "
    "less satisfied than the others.",
    "missing_some": "missing='listwise' leaves out {incomplete:,} of {rows:,} rows with missing answers (most in {worst!r}: "
    "{count:,}). Those who answer everything may be more or less satisfied than the others; compare with missing='em'.",
    "small": "{who} fewer than {least} effective answers (the smallest {smallest:.0f}), ten for each arrow of the largest regression "
    "(Barclay, Higgins & Thompson 1995). Read the intervals, not the estimates.",
    "small_sample": "the sample has",
    "small_units": "{count} of {units} units have",
    "polychoric": "the polychoric correlations{who} are not positive definite (smallest eigenvalue {least:.2g}): there are too few "
    "answers for {items} items. Estimates are made of them as they are; compare with ordinal=False, or use fewer items.",
    "polychoric_units": " of {names}",
    "inflation": "items in Mode B overlap so much that their weights are unstable; largest variance inflation: {found}. Mode A or "
    "non-negative Mode B is steadier.",
    "inflation_one": "{name} ({vif:.0f})",
    "inflation_unit": "{name} of {unit} ({vif:.0f})",
    "negative": "negative index weights break the 0–100 reading: {found}. If a high answer means something bad, list the item under "
    "reversed=; else drop it, or use Mode A, non-negative Mode B or equal weights.",
    "negative_one": "{item!r} in {name} (weight {weight:.3f}, correlation with the construct {loading:.3f})",
    "negative_unit": "{item!r} in {name} of {unit} (weight {weight:.3f}, correlation with the construct {loading:.3f})",
    "convention": "the index depends on the convention by more than {points:g} point{where}: {found}. Reported is {chosen!r}; name it "
    "when you publish, and compare only with indices of the same convention.",
    "convention_units": " in {count} of {units} units; the widest gaps",
    "convention_one": "{name} ({values})",
    "inadmissible_notice": "{parts}. Estimates are shown as they come out. {advice} See result.inadmissible.",
    "inadmissible_solution": "the solution is inadmissible: {found}",
    "inadmissible_solutions": "the solution is inadmissible in {count} of {units} units: {found}",
    "inadmissible_share": "{share:.1%} of the replicates are inadmissible",
    "advice_plsc": "The sample may be too small, items may fit their construct badly, or constructs may be one and the same: drop "
    "weak items, join constructs that correlate about 1, or use estimator='pls', which has the same index.",
    "advice_cbsem": "The sample may be too small, items may fit their construct badly, or constructs may be one and the same: drop "
    "weak items, join constructs that correlate about 1, or use estimator='pls'.",
    "advice_pls": "Look at the instruments (result.first_stage), or take a path of the loop out.",
    "flaw_reliability": "ρ_A of {name} is {value:.2f}",
    "flaw_loading": "the loading of {item!r} in {name} is {value:.2f}",
    "flaw_loading_residual": "the loading of {item!r} in {name} is {value:.2f} (its residual variance is {residual:.2f} of the item's)",
    "flaw_variance": "R² of {name} is {value:.2f} (its residual variance is negative)",
    "flaw_correlation": "{first} and {second} correlate {value:.2f}",
    "flaw_indefinite": "the correlations of the constructs are not positive definite (smallest eigenvalue {value:.2g})",
    "flaw_unstable": "feedback does not die out (largest eigenvalue {value:.2f}), so that total effects mean nothing",
    "flaw_path": "{source} → {target} ({value:.2f}) lies beyond ±1, as constructs overlap ({first} and {second} correlate "
    "{correlation:.3f})",
    "flaw_paths": "{source} → {target} ({value:.2f}) and {more} more standardized paths lie beyond ±1, as constructs overlap "
    "({first} and {second} correlate {correlation:.3f})",
    "weak": "the instruments are weak for {found}; below {strong:g} two-stage least squares leans towards least squares and its "
    "intervals are too narrow (Staiger & Stock 1997). Add constructs that act on the loop from outside, or ask more people. See "
    "result.first_stage.",
    "weak_one": "{source} in the equation of {target} (F {f:.1f})",
    "weak_unit": "{source} in the equation of {target} of {unit} (F {f:.1f})",
    "dropped_units": "{count} of {units} units were left out: {names}. See result.dropped for the reasons.",
    "failed": "{share:.1%} of the replicates failed ({reasons}); intervals are from the others. See result.failures.",
}

KOREAN = {
    "missing_all": "전체 {rows:,}행 중 {incomplete:,}행은 모든 문항에 응답이 없어 제외하였습니다. 응답한 사람의 만족도는 다른 사람보다 높거나 낮을 "
    "수 있습니다.",
    "missing_some": "missing='listwise'에 따라 전체 {rows:,}행 중 무응답이 있는 {incomplete:,}행을 제외하였습니다(무응답이 가장 많은 문항: "
    "{worst!r}, {count:,}건). 모든 문항에 응답한 사람의 만족도는 다른 사람보다 높거나 낮을 수 있으므로 missing='em'의 결과와 비교하시기 "
    "바랍니다.",
    "small": "{who} 유효 응답이 {least}건보다 적습니다(가장 적은 경우 {smallest:.0f}건). 가장 큰 회귀식의 화살표 하나에 응답 10건이 필요하다는 "
    "기준입니다(Barclay, Higgins & Thompson 1995). 추정치보다 신뢰구간을 중심으로 해석하시기 바랍니다.",
    "small_sample": "표본의",
    "small_units": "{units}개 기관 중 {count}개 기관의",
    "polychoric": "{who}다분상관행렬이 양정치가 아닙니다(최소 고윳값 {least:.2g}). 문항 {items}개에 비하여 응답이 너무 적습니다. 추정에는 이 "
    "상관계수를 그대로 사용하였으므로 ordinal=False의 결과와 비교하거나 문항 수를 줄이시기 바랍니다.",
    "polychoric_units": "{names}의 ",
    "inflation": "Mode B 문항들이 서로 많이 겹쳐 가중치가 불안정합니다. 가장 큰 분산팽창계수(VIF): {found}. Mode A 또는 음의 가중치를 허용하지 "
    "않는 Mode B가 더 안정적입니다.",
    "inflation_one": "{name}({vif:.0f})",
    "inflation_unit": "{unit}의 {name}({vif:.0f})",
    "negative": "지수 가중치가 음수여서 지수를 0~100점으로 해석할 수 없습니다: {found}. 높은 응답이 부정적인 뜻이면 reversed=에 역문항으로 지정하시기 "
    "바랍니다. 그렇지 않으면 그 문항을 제외하거나 Mode A, 음의 가중치를 허용하지 않는 Mode B, 동일 가중치 중 하나를 사용하시기 바랍니다.",
    "negative_one": "{name}의 문항 {item!r}(가중치 {weight:.3f}, 구성개념과의 상관계수 {loading:.3f})",
    "negative_unit": "{unit}, {name}의 문항 {item!r}(가중치 {weight:.3f}, 구성개념과의 상관계수 {loading:.3f})",
    "convention": "지수가 산출 방식에 따라 {points:g}점 넘게 달라집니다{where}: {found}. 제시된 값은 {chosen!r} 방식으로 산출하였습니다. 결과를 "
    "발표할 때 산출 방식을 밝히고, 같은 방식으로 산출한 지수끼리만 비교하시기 바랍니다.",
    "convention_units": "({units}개 기관 중 {count}개 기관, 아래는 차이가 가장 큰 경우)",
    "convention_one": "{name}({values})",
    "inadmissible_notice": "{parts}. 추정치는 계산된 그대로 제시합니다. {advice} 자세한 내용은 result.inadmissible에 있습니다.",
    "inadmissible_solution": "추정치가 허용 범위를 벗어났습니다: {found}",
    "inadmissible_solutions": "{units}개 기관 중 {count}개 기관의 추정치가 허용 범위를 벗어났습니다: {found}",
    "inadmissible_share": "반복 표본의 {share:.1%}에서 추정치가 허용 범위를 벗어났습니다",
    "advice_plsc": "표본이 너무 작거나, 문항이 구성개념에 잘 맞지 않거나, 서로 다른 구성개념이 사실상 같은 것일 수 있습니다. 약한 문항을 제외하거나, "
    "상관계수가 1에 가까운 구성개념을 합치거나, 지수가 같은 estimator='pls'를 사용하시기 바랍니다.",
    "advice_cbsem": "표본이 너무 작거나, 문항이 구성개념에 잘 맞지 않거나, 서로 다른 구성개념이 사실상 같은 것일 수 있습니다. 약한 문항을 제외하거나, "
    "상관계수가 1에 가까운 구성개념을 합치거나, estimator='pls'를 사용하시기 바랍니다.",
    "advice_pls": "도구변수를 점검하거나(result.first_stage) 순환하는 경로 중 하나를 제외하시기 바랍니다.",
    "flaw_reliability": "{name}의 신뢰도 ρ_A {value:.2f}",
    "flaw_loading": "{name}의 문항 {item!r} 적재량 {value:.2f}",
    "flaw_loading_residual": "{name}의 문항 {item!r} 적재량 {value:.2f}(잔차분산이 문항 분산의 {residual:.2f}배)",
    "flaw_variance": "{name}의 R² {value:.2f}(잔차분산이 음수)",
    "flaw_correlation": "{first}–{second} 상관계수 {value:.2f}",
    "flaw_indefinite": "구성개념의 상관행렬이 양정치가 아님(최소 고윳값 {value:.2g})",
    "flaw_unstable": "순환 효과가 수렴하지 않아 총효과를 해석할 수 없음(최대 고윳값 {value:.2f})",
    "flaw_path": "구성개념이 서로 겹쳐({first}–{second} 상관계수 {correlation:.3f}) {source} → {target}의 표준화 경로계수({value:.2f})가 "
    "±1을 벗어남",
    "flaw_paths": "구성개념이 서로 겹쳐({first}–{second} 상관계수 {correlation:.3f}) {source} → {target}의 표준화 경로계수({value:.2f}) 외 "
    "{more}개가 ±1을 벗어남",
    "weak": "도구변수가 약합니다: {found}. F가 {strong:g}보다 작으면 2단계 최소제곱 추정치가 최소제곱 추정치 쪽으로 치우치고 신뢰구간이 지나치게 "
    "좁아집니다(Staiger & Stock 1997). 순환하는 경로에 밖에서 작용하는 구성개념을 추가하거나 응답을 더 모으시기 바랍니다. 자세한 내용은 "
    "result.first_stage에 있습니다.",
    "weak_one": "{target} 방정식의 {source}(F {f:.1f})",
    "weak_unit": "{unit}, {target} 방정식의 {source}(F {f:.1f})",
    "dropped_units": "{units}개 기관 중 {count}개 기관을 제외하였습니다: {names}. 제외한 이유는 result.dropped에 있습니다.",
    "failed": "반복 표본의 {share:.1%}에서 추정에 실패하였습니다({reasons}). 신뢰구간은 나머지 반복 표본으로 계산하였습니다. 자세한 내용은 "
    "result.failures에 있습니다.",
}
