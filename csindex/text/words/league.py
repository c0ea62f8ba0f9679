"""The sentences of a league, in English and in Korean."""

ENGLISH = {
    "title": "{name}: {ranked} of {units} units ranked{wave}, from {answers:,} answers",
    "wave": ", {wave}",
    "first": "First: {leaders}, {score} of 100 ({level} interval {interval}).",
    "tied": "First, with the same published score of {score}: {leaders}.",
    "alone": "With {level} confidence no other unit is the best.",
    "shared": "{count} more may be the best just as well: {names}. All {total} are co-first; the survey does not say which of "
    "them is the best.",
    "streak": "{leader} is first for the {times}{ordinal} wave in a row.",
    "changed": "The leader is not the one of the wave before.",
    "order": "Of {pairs:,} pairs of units {told:,} ({share}) can be told apart. On average a unit's rank is known to within "
    "{places} of {ranked} places.",
    "nothing": "No two units can be told apart: the survey gives no order at all, and none should be published.",
    "hardly": "Hardly anything can be told apart: read the places as a list, not as an order.",
    "mean": "{above} above the {mean}, {below} below it, {open} not told apart from it.",
    "bands": "Bands: {bands}. No two units of a band can be told apart.",
    "same": "The scores differ no more than chance alone would make them: there are no measurable differences between units.",
    "spread": "The true scores vary by about {sd} points (standard deviation) between units.",
    "unshrunk": "Scores are shrunken only where at least {fewest} units are ranked together.",
    "several": "{leagues} groups, {ranked} of {units} units ranked. In {shared} of them first place cannot be given to one "
    "unit alone. Of all pairs within groups {share} can be told apart.",
    "ties": "By published score first place is shared in {tied} of {leagues} groups.",
    "moved": "The leader has changed in {moved} of {known} groups.",
    "cannot": "What cannot be said: that a unit is better than another only because its rank is; this holds for the pairs "
    "that are told apart. Nor that a lead is as large as it looks: the highest of many scores is more often too high than "
    "too low.",
    "heads": "first|score|co-first|units|places|pairs told",
    "more": "{names} and {count} more",
    "how": "How this was made",
    "sets": "Rank 1 is the highest score; equal scores share the smaller rank. The sets of ranks hold {who} with {level} "
    "confidence (Mogstad, Romano, Shaikh & Wilhelm 2024; {draws:,} draws, seed {seed}).",
    "all": "for all units of a group at once",
    "one": "for one unit each",
    "rounding": "Scores are published with {digits} decimals, and ranked so: units with the same published score share their "
    "place, whatever their unrounded scores. Rank sets and tests are of unrounded scores.",
    "whole": "Scores are published as whole numbers, and ranked so: units with the same published score share their place, "
    "whatever their unrounded scores. Rank sets and tests are of unrounded scores.",
    "least": "Units with fewer than {least} answers are not published{suppressed}; fewer than {few} effective answers are "
    "noted{noted}.",
    "suppressed": " (units: {count})",
    "adjust": "p-values are adjusted for their number by {adjust}.",
    "unadjusted": "p-values are not adjusted for their number.",
    "shrunken": "Shrunken scores (empirical Bayes, Paule & Mandel; intervals of Armstrong, Kolesár & Plagborg-Møller 2022) "
    "stand beside the raw ones and change no rank.",
    "equal": "mean of the ranked units",
    "others": "mean of the others",
    "weights": "weighted mean",
}

KOREAN = {
    "title": "{name} 순위{wave}: 전체 {units}개 기관 중 {ranked}개 기관, 응답 {answers:,}건",
    "wave": "({wave})",
    "first": "1위: {leaders}, 100점 만점에 {score}점({level} 신뢰구간 {interval})",
    "tied": "공동 1위(발표 점수 {score}점으로 동일): {leaders}",
    "alone": "{level} 신뢰수준에서 다른 기관이 실제 1위일 가능성은 배제됩니다.",
    "shared": "다음 {count}개 기관도 실제 1위일 가능성을 배제할 수 없습니다: {names}. 따라서 통계적으로는 {total}개 기관이 공동 "
    "1위이며, 이 가운데 어느 기관이 가장 높은지는 이번 조사로 알 수 없습니다.",
    "streak": "{leader}: {times}회 연속 1위입니다.",
    "changed": "직전 조사와 비교하여 1위가 바뀌었습니다.",
    "order": "전체 {pairs:,}쌍 가운데 우열을 가릴 수 있는 것은 {told:,}쌍({share})입니다. 한 기관의 순위는 평균적으로 {ranked}개 순위 중 "
    "{places}개 순위 범위까지만 좁힐 수 있습니다.",
    "nothing": "어느 두 기관도 우열을 가릴 수 없습니다. 이번 조사로는 순위를 정할 수 없으므로 순위를 발표하지 않는 것이 바람직합니다.",
    "hardly": "대부분의 기관은 우열을 가리기 어렵습니다. 순위가 아니라 목록으로 읽으시기 바랍니다.",
    "mean": "{mean}보다 높은 기관은 {above}개, 낮은 기관은 {below}개이며, {open}개 기관은 평균과 차이가 있다고 말할 수 없습니다.",
    "bands": "등급군: {bands}. 같은 등급군 안에서는 어느 두 기관도 우열을 가릴 수 없습니다.",
    "same": "기관 간 점수 차이가 우연으로 생길 수 있는 크기를 넘지 않습니다. 측정할 수 있는 기관 간 차이가 없습니다.",
    "spread": "기관 간 참값의 표준편차는 약 {sd}점으로 추정됩니다.",
    "unshrunk": "축소추정치는 함께 순위를 매기는 기관이 {fewest}개 이상일 때만 계산합니다.",
    "several": "{leagues}개 집단, 전체 {units}개 기관 중 {ranked}개 기관의 순위입니다. {shared}개 집단에서는 1위를 한 기관으로 특정할 수 "
    "없습니다. 집단 내 전체 쌍 가운데 우열을 가릴 수 있는 비율은 {share}입니다.",
    "ties": "발표 점수로는 {leagues}개 집단 중 {tied}개 집단에서 공동 1위가 나왔습니다.",
    "moved": "{known}개 집단 중 {moved}개 집단에서 1위가 바뀌었습니다.",
    "cannot": "말할 수 없는 것: 순위가 앞선다는 이유만으로 더 우수하다고 말할 수 없습니다. 그렇게 말할 수 있는 것은 우열을 가릴 수 있는 "
    "쌍뿐입니다. 또한 여러 점수 중 가장 높은 점수는 참값보다 높게 나온 경우가 많으므로, 1위와의 격차를 그대로 받아들이지 않아야 합니다.",
    "heads": "1위|점수|1위 가능|기관 수|순위 범위|구별된 쌍",
    "more": "{names} 외 {count}개",
    "how": "작성 방법",
    "sets": "1위가 가장 높은 점수이며, 점수가 같으면 앞선 순위를 함께 부여하였습니다. 순위 범위는 {level} 신뢰수준에서 {who} 성립합니다"
    "(Mogstad, Romano, Shaikh & Wilhelm 2024; 난수 표본 {draws:,}개, 시드 {seed}).",
    "all": "집단 내 모든 기관에 대하여 동시에",
    "one": "개별 기관에 대하여 각각",
    "rounding": "점수는 소수점 아래 {digits}자리로 반올림하여 발표하고 그 점수로 순위를 매겼습니다. 발표 점수가 같은 기관은 순위를 "
    "공유합니다. 순위 범위와 검정은 반올림하지 않은 점수로 계산하였습니다.",
    "whole": "점수는 정수로 반올림하여 발표하고 그 점수로 순위를 매겼습니다. 발표 점수가 같은 기관은 순위를 공유합니다. 순위 범위와 "
    "검정은 반올림하지 않은 점수로 계산하였습니다.",
    "least": "응답이 {least}건 미만인 기관은 발표하지 않으며{suppressed}, 유효응답이 {few}건 미만인 기관은 따로 표시하였습니다{noted}.",
    "suppressed": "({count}개 기관)",
    "adjust": "p값은 {adjust} 방법으로 다중비교를 보정하였습니다.",
    "unadjusted": "p값은 다중비교를 보정하지 않았습니다.",
    "shrunken": "축소추정치(경험적 베이즈, Paule & Mandel; 신뢰구간은 Armstrong, Kolesár & Plagborg-Møller 2022)는 원점수 옆에 "
    "제시하였으며 순위에는 영향을 주지 않습니다.",
    "equal": "순위 대상 기관의 평균",
    "others": "다른 기관들의 평균",
    "weights": "가중평균",
}

WORDS = {"en": ENGLISH, "ko": KOREAN}


def ordinal(number: int) -> str:
    """Return the English ending of an ordinal number."""
    return "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
