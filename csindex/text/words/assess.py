"""The sentences of an assessment, in English and in Korean."""

ENGLISH = {
    "title": "Assessment of {model}",
    "title_units": "Assessment of {model} in {units:,} units",
    "the_model": "the model",
    "headline": "{answers:,} answers; {known}. Thresholds are customs of the field, shown with their source: read the interval, not "
    "the side of the line.",
    "with_intervals": "in brackets {level} intervals from {replicates:,} replicates",
    "by_delta": "in brackets {level} intervals by the delta method",
    "no_intervals": "without replicates, so without intervals",
    "impossible": "Inadmissible, and not to be reported as if it were fine",
    "impossible_row": "{what} of {where} is {value}: {reading}",
    "at least": "at least {value} ({source})",
    "below": "below {value} ({source})",
    "more": "{names} and {count} more",
    "alpha_raw": "raw α",
    "r2_adjusted": "adjusted R²",
    "loading": "loading",
    "correlation": "correlation",
    "path": "path",
    "smallest eigenvalue": "smallest eigenvalue",
    "saturated": "saturated",
    "estimated": "estimated",
    # reliability
    "reliability": "Reliability: do the items of a construct measure one thing?",
    "reliability_usual": "Usual: α {alpha}; ρ_A {rho_a}; ρ_C {rho_c}; AVE {ave}. α takes the items as equally good; ρ_C and AVE rest "
    "on the loadings",
    "too_high": ", which PLS makes too high where items are few; ρ_A corrects for that.",
    "on_loadings": ".",
    "single": "One item cannot tell how reliable it is: {names}.",
    "composites": "Composites have no reliability, as their items need not agree: {names}. See their weights and VIF.",
    "values": "{name} ({values})",
    "low": "Below the usual: {found}. Look for the weakest item; reword or drop it if the construct keeps its meaning without it, or "
    "add items.",
    "low_reaching": "Not below, but the interval reaches there: {found}.",
    "high": "ρ_C of 0.95 or more ({source}): {names}. Items may say the same twice.",
    "weak": "Items that share less than half their variance with their construct (loading below 0.708): {found}.",
    "against": "Items that go against their construct: {found}. List them under reversed=.",
    # discriminant
    "discriminant": "Discriminant validity: are the constructs different things?",
    "discriminant_none": "HTMT compares constructs that several items reflect; there are no two of them.",
    "highest_pairs": "highest pairs",
    "discriminant_usual": "HTMT estimates the correlation that the constructs would have without measurement error. Usual: the upper "
    "end of the interval below 0.85, or 0.90 for constructs close in meaning (Henseler, Ringle & Sarstedt 2015). HTMT+ takes every "
    "correlation in absolute value, HTMT2 geometric means (– where a correlation is negative).",
    "upper_end": "Upper end",
    "ratio": "HTMT",
    "not_apart": "{of} at 1 or above, so not shown to differ: {pairs}.",
    "hardly_apart": "{of} from 0.90 to 1: {pairs}.",
    "close": "{of} from 0.85 to 0.90: {pairs}.",
    "apart_advice": "If theory lets them differ, drop items that belong to both; else join the constructs.",
    "fornell": "√AVE below the correlation with another construct (Fornell & Larcker 1981): {found}.",
    "fornell_one": "{first} with {second} ({value})",
    "crossing": "Items that correlate more with another construct than with their own: {found}.",
    "crossing_one": "{item} with {name} {value}",
    # collinearity
    "inflation": "Collinearity: do predictors overlap so much that their weights cannot be told apart?",
    "source": "Sources: the highest VIF is {value} ({name} → {target}).",
    "item": "Items within a construct: the highest VIF is {value} ({name} → {target}).",
    "inflation_usual": "Usual: VIF {usual}; stricter {stricter}. Items of Mode A need not be so.",
    "inflation_beyond": "VIF of 5 or more: {found}.",
    "inflation_reaching": "Below 5, but the interval reaches there: {found}.",
    "inflation_advice": "Their paths or weights are unstable: join or drop predictors, or use Mode A for such items.",
    "weights_clear": "Every weight of an item in a composite is clear of 0.",
    "weights_idle": "Weights in composites that are not clear of 0: {found}. Keep an item for its meaning; drop it only if its loading "
    "is small too (Cenfetelli & Bassellier 2009).",
    # structure
    "structure": "Structural model: how much is explained, and by what?",
    "r2_usual": "Usual: R² of 0.19 weak, 0.33 moderate, 0.67 substantial (Chin 1998).",
    "f2_usual": "f² is what R² loses without the path, against what is unexplained: 0.02 small, 0.15 medium, 0.35 large (Cohen 1988).",
    "large": "large",
    "medium": "medium",
    "small": "small",
    "negligible": "negligible",
    # fit
    "fit": "Fit: do the correlations that the model implies look like those observed?",
    "fit_usual": "RMS_theta {theta}. Usual: SRMR {srmr}; NFI {nfi}; RMS_theta {rms_theta}. In the saturated model constructs correlate "
    "freely, so that it shows the measurement alone. p: in what share of samples from a population in which the model holds exactly "
    "it fits as badly as here or worse; HI95 is the 95% quantile of these samples.",
    "poor": "SRMR of 0.08 or more: {found}.",
    "and": " and ",
    "saturated_misses": "The saturated model already misses: look at the measurement first (items, modes, discriminant validity).",
    "estimated_misses": "Only the estimated model misses: paths may be missing, see which constructs correlate without one.",
    "error": " Measurement error does the same, as it lowers some correlations of PLS constructs more than others; consistent PLS "
    "takes it out.",
    "rejected": "An exact fit is rejected at {alpha:.3g} ({models}); with many answers that happens to useful models too, so judge how "
    "large the misfit is.",
    "not_rejected": "An exact fit is not rejected at {alpha:.3g}.",
    "untested": "There is no test of exact fit: it needs bootstrap or parametric replicates and matrices that are positive definite.",
    "chisq_untested": "χ² {chisq} with {df:.0f} degrees of freedom has no p-value, so an exact fit is not tested.",
    "chisq_rejected": "Exact fit by χ² {chisq} with {df:.0f} degrees of freedom, p {p}: rejected at {alpha:.3g}. Other fit indices are "
    "in .result.covariance.measures.",
    "chisq_fits": "Exact fit by χ² {chisq} with {df:.0f} degrees of freedom, p {p}: not rejected at {alpha:.3g}. Other fit indices are "
    "in .result.covariance.measures.",
    # units
    "units_head": "lowest|median|highest|beyond|in doubt",
    "units_usual": "Beyond: units on the wrong side of the usual threshold (see .thresholds for values and sources). In doubt: units on "
    "the right side whose interval reaches across. .tables() has every unit.",
    "units_measure": "{measure} of {name}",
    "units_htmt": "highest HTMT",
    "units_vif": "highest VIF of sources",
    "units_srmr": "SRMR, {model}",
    "units_rejected": "An exact fit is rejected at {alpha:.3g}: {found} of {units:,} units.",
    "units_rejected_one": "the {model} model in {count:,}",
    "units_impossible": "Inadmissible numbers, listed with what they mean in .inadmissible: {found}.",
    # method
    "how": "How this was computed",
    "all_composites": "Composites of their items: {names}; the others are reflected by theirs.",
    "as_factors": "Fit: items of a reflective construct correlate only through it, as common factors say.",
    "pls_rejects": "PLS is not consistent for common factors: its test of exact fit rejects models that hold.",
    "without_weights": "ρ_A and RMS_theta are of composites, and a saturated model has parameters of its own: a covariance structure "
    "model has none of them here. χ² and its fit indices are in .result.covariance.measures.",
    "as_composites": "Fit: PLS makes composites, so items of one construct may correlate in any way, and the model says how items of "
    "different constructs do.",
    "definitions": "α is of standardized items; ρ_A by Dijkstra & Henseler (2015); ρ_C and AVE from the loadings. f² keeps the scores "
    "(the other definition is in .f2). SRMR divides by p(p+1)/2; d_G has the natural logarithm; NFI from the ML discrepancy.",
    "intervals": "Intervals: {kind}, from the {made:,} replicates of the fit ({words}), seed {seed}. Every replicate adds noise of its "
    "own, so distances (SRMR, d_ULS, d_G) of replicates lie above that of the sample, and NFI below: use HI95 and p for these.",
    "delta": "Intervals: normal, by the delta method: {words}.",
    "tested": "Test of exact fit: the same replicates, turned so that the model holds (Beran & Srivastava 1985), and the model estimated "
    "on each; {usable} could be used.",
    "tested_all": "all",
    "tested_some": "{tested:,.0f} or more of {made:,}",
}

KOREAN = {
    "title": "측정과 모형의 평가: {model}",
    "title_units": "측정과 모형의 평가: {model}, {units:,}개 기관",
    "the_model": "이름 없는 모형",
    "headline": "응답 {answers:,}건, {known}. 기준값은 이 분야의 관례이며 출처를 함께 제시합니다. 기준값을 넘었는지보다 신뢰구간을 중심으로 "
    "해석하시기 바랍니다.",
    "with_intervals": "대괄호 안은 반복 표본 {replicates:,}개로 구한 {level} 신뢰구간",
    "by_delta": "대괄호 안은 델타 방법으로 구한 {level} 신뢰구간",
    "no_intervals": "반복 표본이 없어 신뢰구간은 제시하지 않음",
    "impossible": "허용 범위를 벗어나 그대로 보고할 수 없는 값",
    "impossible_row": "{where}의 {what} {value}: {reading}",
    "at least": "{value} 이상({source})",
    "below": "{value} 미만({source})",
    "more": "{names} 외 {count}개",
    "alpha_raw": "원점수 α",
    "r2_adjusted": "수정 R²",
    "loading": "적재량",
    "correlation": "상관계수",
    "path": "표준화 경로계수",
    "smallest eigenvalue": "최소 고윳값",
    "saturated": "포화모형",
    "estimated": "추정모형",
    "reliability": "신뢰도: 한 구성개념의 문항들이 같은 것을 측정하는가?",
    "reliability_usual": "관례적 기준: α {alpha}, ρ_A {rho_a}, ρ_C {rho_c}, AVE {ave}. α는 모든 문항의 질이 같다고 가정합니다. ρ_C와 AVE는 "
    "적재량으로 계산합니다.",
    "too_high": " 문항이 적으면 PLS의 적재량은 실제보다 크게 나타나며, ρ_A는 이를 교정한 값입니다.",
    "on_loadings": "",
    "single": "단일 문항으로는 신뢰도를 알 수 없습니다: {names}.",
    "composites": "합성변수는 문항끼리 일치할 필요가 없으므로 신뢰도가 없습니다: {names}. 가중치와 VIF를 확인하시기 바랍니다.",
    "values": "{name}({values})",
    "low": "기준에 미치지 못하는 값: {found}. 가장 약한 문항을 찾아, 그 문항 없이도 구성개념의 뜻이 유지되면 고치거나 제외하고, 그렇지 않으면 문항을 "
    "추가하시기 바랍니다.",
    "low_reaching": "기준을 충족하지만 신뢰구간이 기준 아래에 걸치는 값: {found}.",
    "high": "ρ_C가 0.95 이상({source}): {names}. 같은 내용을 반복하여 묻는 문항이 있을 수 있습니다.",
    "weak": "구성개념과 공유하는 분산이 절반에 못 미치는 문항(적재량 0.708 미만): {found}.",
    "against": "구성개념과 반대 방향인 문항: {found}. reversed=에 역문항으로 지정하시기 바랍니다.",
    "discriminant": "판별타당도: 구성개념들이 서로 다른 것인가?",
    "discriminant_none": "HTMT는 여러 문항으로 측정한 반영적 구성개념을 비교하는데, 그러한 구성개념이 두 개 이상 없습니다.",
    "highest_pairs": "가장 높은 쌍",
    "discriminant_usual": "HTMT는 측정오차가 없을 때의 구성개념 간 상관계수를 추정한 값입니다. 관례적 기준은 신뢰구간의 상한이 0.85 미만, 뜻이 "
    "가까운 구성개념이면 0.90 미만입니다(Henseler, Ringle & Sarstedt 2015). HTMT+는 모든 상관계수를 절댓값으로, HTMT2는 기하평균으로 "
    "계산합니다(음의 상관계수가 있으면 –).",
    "upper_end": "신뢰구간의 상한",
    "ratio": "HTMT",
    "not_apart": "{of} 1 이상, 서로 다르다고 할 수 없는 쌍: {pairs}.",
    "hardly_apart": "{of} 0.90 이상 1 미만: {pairs}.",
    "close": "{of} 0.85 이상 0.90 미만: {pairs}.",
    "apart_advice": "이론상 다른 개념이라면 두 개념에 모두 속하는 문항을 제외하고, 그렇지 않으면 구성개념을 합치시기 바랍니다.",
    "fornell": "√AVE가 다른 구성개념과의 상관계수보다 작은 경우(Fornell & Larcker 1981): {found}.",
    "fornell_one": "{first}(상대 구성개념 {second}, {value})",
    "crossing": "자신의 구성개념보다 다른 구성개념과 상관이 더 높은 문항: {found}.",
    "crossing_one": "{item} – {name} {value}",
    "inflation": "다중공선성: 설명변수들이 많이 겹쳐 가중치를 구별할 수 없는가?",
    "source": "선행 구성개념: 가장 큰 VIF {value}({name} → {target}).",
    "item": "구성개념 내 문항: 가장 큰 VIF {value}({name} → {target}).",
    "inflation_usual": "관례적 기준: VIF {usual}, 더 엄격하게는 {stricter}. Mode A 문항에는 적용하지 않습니다.",
    "inflation_beyond": "VIF 5 이상: {found}.",
    "inflation_reaching": "5 미만이지만 신뢰구간이 5를 넘는 경우: {found}.",
    "inflation_advice": "해당 경로계수나 가중치가 불안정합니다. 설명변수를 합치거나 제외하고, 문항이면 Mode A를 사용하시기 바랍니다.",
    "weights_clear": "합성변수의 모든 문항 가중치가 0과 분명히 다릅니다.",
    "weights_idle": "0과 다르다고 할 수 없는 합성변수의 가중치: {found}. 내용상 필요한 문항은 유지하고, 적재량도 작은 경우에만 제외하시기 "
    "바랍니다(Cenfetelli & Bassellier 2009).",
    "structure": "구조모형: 얼마나, 무엇으로 설명되는가?",
    "r2_usual": "관례적 기준: R² 0.19 약함, 0.33 중간, 0.67 상당함(Chin 1998).",
    "f2_usual": "f²는 그 경로를 뺄 때 줄어드는 R²를 설명되지 않는 분산으로 나눈 값입니다: 0.02 작음, 0.15 중간, 0.35 큼(Cohen 1988).",
    "large": "큼",
    "medium": "중간",
    "small": "작음",
    "negligible": "미미함",
    "fit": "적합도: 모형이 함의하는 상관계수가 관측된 상관계수와 비슷한가?",
    "fit_usual": "RMS_theta {theta}. 관례적 기준: SRMR {srmr}, NFI {nfi}, RMS_theta {rms_theta}. 포화모형은 구성개념 간 상관을 제한하지 않으므로 "
    "측정만 평가합니다. p는 모형이 정확히 성립하는 모집단의 표본 가운데 적합도가 이보다 나쁘거나 같은 비율이며, HI95는 그 표본들의 95% "
    "분위수입니다.",
    "poor": "SRMR 0.08 이상: {found}.",
    "and": ", ",
    "saturated_misses": "포화모형부터 맞지 않습니다. 측정(문항, Mode, 판별타당도)을 먼저 확인하시기 바랍니다.",
    "estimated_misses": "추정모형만 맞지 않습니다. 빠진 경로가 있을 수 있으므로, 경로 없이 상관이 있는 구성개념을 확인하시기 바랍니다.",
    "error": " 측정오차도 같은 결과를 낳습니다. PLS 구성개념의 상관계수가 측정오차 때문에 서로 다른 정도로 낮아지기 때문이며, 일치 PLS는 이를 "
    "교정합니다.",
    "rejected": "정확한 적합은 유의수준 {alpha:.3g}에서 기각됩니다({models}). 응답이 많으면 유용한 모형도 기각되므로 불일치의 크기로 판단하시기 "
    "바랍니다.",
    "not_rejected": "정확한 적합은 유의수준 {alpha:.3g}에서 기각되지 않습니다.",
    "untested": "정확한 적합의 검정은 없습니다. 부트스트랩 또는 모수적 반복 표본과 양정치 행렬이 필요합니다.",
    "chisq_untested": "χ² {chisq}(자유도 {df:.0f})에는 p값이 없어 정확한 적합을 검정하지 않습니다.",
    "chisq_rejected": "정확한 적합의 χ² 검정: χ² {chisq}(자유도 {df:.0f}), p {p}, 유의수준 {alpha:.3g}에서 기각됩니다. 다른 적합도 지수는 "
    ".result.covariance.measures에 있습니다.",
    "chisq_fits": "정확한 적합의 χ² 검정: χ² {chisq}(자유도 {df:.0f}), p {p}, 유의수준 {alpha:.3g}에서 기각되지 않습니다. 다른 적합도 지수는 "
    ".result.covariance.measures에 있습니다.",
    "units_head": "최저|중앙값|최고|기준 밖|불확실",
    "units_usual": "기준 밖: 관례적 기준을 충족하지 못하는 기관의 수(값과 출처는 .thresholds). 불확실: 기준을 충족하지만 신뢰구간이 기준에 걸치는 "
    "기관의 수. 모든 기관의 값은 .tables()에 있습니다.",
    "units_measure": "{name} {measure}",
    "units_htmt": "가장 높은 HTMT",
    "units_vif": "선행 구성개념의 가장 큰 VIF",
    "units_srmr": "SRMR, {model}",
    "units_rejected": "정확한 적합이 유의수준 {alpha:.3g}에서 기각된 기관: 전체 {units:,}개 기관 중 {found}.",
    "units_rejected_one": "{model} {count:,}개",
    "units_impossible": "허용 범위를 벗어난 값(자세한 내용은 .inadmissible): {found}.",
    "how": "계산 방법",
    "all_composites": "문항의 합성변수: {names}. 나머지 구성개념은 반영적으로 측정됩니다.",
    "as_factors": "적합도: 반영적 구성개념의 문항은 공통요인 모형과 같이 구성개념을 통해서만 서로 상관됩니다.",
    "pls_rejects": "PLS는 공통요인에 대하여 일치추정량이 아니므로, 정확한 적합의 검정은 성립하는 모형도 기각합니다.",
    "without_weights": "ρ_A와 RMS_theta는 합성변수의 지표이고 포화모형은 별도의 모수를 가지므로, 공분산 구조모형에서는 이 값들을 제시하지 않습니다. "
    "χ²와 적합도 지수는 .result.covariance.measures에 있습니다.",
    "as_composites": "적합도: PLS는 합성변수를 만들므로 한 구성개념의 문항끼리는 상관에 제약이 없으며, 모형은 서로 다른 구성개념에 속한 문항 간 상관을 "
    "설명합니다.",
    "definitions": "α는 표준화한 문항으로, ρ_A는 Dijkstra & Henseler(2015)에 따라, ρ_C와 AVE는 적재량으로 계산하였습니다. f²는 구성개념 점수를 "
    "고정한 값입니다(다른 정의의 값은 .f2). SRMR은 p(p+1)/2로 나누고, d_G는 자연로그를 사용하며, NFI는 ML 불일치 함수로 계산합니다.",
    "intervals": "신뢰구간: {kind}, 반복 표본 {made:,}개({words}), 난수 시드 {seed}. 반복 표본마다 표집오차가 더해지므로 반복 표본의 거리(SRMR, "
    "d_ULS, d_G)는 표본의 값보다 크고 NFI는 작습니다. 이 지표에는 HI95와 p를 사용하시기 바랍니다.",
    "delta": "신뢰구간: 델타 방법에 의한 정규 근사, {words}.",
    "tested": "정확한 적합의 검정: 모형이 성립하도록 변환한 같은 반복 표본(Beran & Srivastava 1985)마다 모형을 추정하였습니다. 사용할 수 있었던 반복 "
    "표본: {usable}.",
    "tested_all": "전체",
    "tested_some": "{made:,}개 중 {tested:,.0f}개 이상",
}

WORDS = {"en": ENGLISH, "ko": KOREAN}

READINGS = {
    "alpha": "문항 간 상관계수의 평균이 음수입니다. reversed=에 역문항으로 지정할 문항이 있는지 확인하시기 바랍니다.",
    "rho_a": "신뢰도는 0과 1 사이의 값입니다. 문항이 너무 적거나 서로 어울리지 않습니다.",
    "loading": "상관계수는 1을 넘을 수 없습니다. 이 구성개념에는 반영적 측정모형이 성립하지 않습니다.",
    "ave": "존재하는 분산보다 많은 분산이 설명됩니다. 반영적 측정모형이 성립하지 않습니다.",
    "correlation": "상관계수는 1을 넘을 수 없습니다. 두 구성개념이 같은 것이거나 신뢰도가 너무 낮습니다.",
    "r2": "설명된 분산의 비율은 0과 1 사이의 값입니다. 선행 구성개념이 설명하지 못한 분산이 음수입니다.",
    "path": "표준화 경로계수는 선행 구성개념이 서로 겹칠 때만 1을 넘습니다. 구별되지 않는 구성개념을 합치시기 바랍니다.",
    "the items' correlations": "음의 고윳값이 있습니다. 반올림하였거나 쌍별로 계산한 상관계수일 수 있습니다.",
    "the constructs' correlations": "양정치가 아니므로 어떤 모집단의 상관행렬도 될 수 없습니다.",
    "the saturated model": "모형이 함의하는 행렬이 양정치가 아니어서 d_G, NFI와 검정이 존재하지 않습니다.",
    "the estimated model": "모형이 함의하는 행렬이 양정치가 아니어서 d_G, NFI와 검정이 존재하지 않습니다.",
}
"""What `csindex.assessment.quality.admissible` says, in Korean."""

PLACES = {
    "the items' correlations": "문항 상관행렬",
    "the constructs' correlations": "구성개념 상관행렬",
    "the saturated model": "포화모형",
    "the estimated model": "추정모형",
}
