//! What places are called in the languages of pages; parts of countries go by their English names.
//! Where a country has no name here, its code stands for it; who is where, documents say.

use crate::standing::Tongue;
use kept_terms::Territory;
use std::borrow::Cow;

/// What a place is called: a part of a country together with the country, since there are two
/// Georgias.
pub(super) fn name(tongue: Tongue, place: Territory) -> Cow<'static, str> {
    let code = place.country().code();
    let named = NAMES.iter().find(|(known, _)| *known == code);
    let country = named.map_or(code, |(_, names)| tongue.pick(*names));
    match place.part() {
        None => Cow::Borrowed(country),
        Some(part) => Cow::Owned(match tongue {
            Tongue::Chinese => format!("{part}（{country}）"),
            Tongue::English | Tongue::French | Tongue::German => format!("{part} ({country})"),
        }),
    }
}

/// What a place is called in a language, by its tag.
pub fn place_in(language: &str, place: Territory) -> Cow<'static, str> {
    name(Tongue::of(language), place)
}

/// Countries in order of their code, each in English, French, German and Chinese.
#[rustfmt::skip]
const NAMES: &[(&str, [&str; 4])] = &[
    ("AT", ["Austria", "Autriche", "Österreich", "奥地利"]),
    ("AU", ["Australia", "Australie", "Australien", "澳大利亚"]),
    ("BD", ["Bangladesh", "Bangladesh", "Bangladesch", "孟加拉国"]),
    ("BE", ["Belgium", "Belgique", "Belgien", "比利时"]),
    ("BG", ["Bulgaria", "Bulgarie", "Bulgarien", "保加利亚"]),
    ("BN", ["Brunei", "Brunei", "Brunei", "文莱"]),
    ("BR", ["Brazil", "Brésil", "Brasilien", "巴西"]),
    ("BT", ["Bhutan", "Bhoutan", "Bhutan", "不丹"]),
    ("CA", ["Canada", "Canada", "Kanada", "加拿大"]),
    ("CH", ["Switzerland", "Suisse", "Schweiz", "瑞士"]),
    ("CN", ["China", "Chine", "China", "中国"]),
    ("CY", ["Cyprus", "Chypre", "Zypern", "塞浦路斯"]),
    ("CZ", ["Czechia", "Tchéquie", "Tschechien", "捷克"]),
    ("DE", ["Germany", "Allemagne", "Deutschland", "德国"]),
    ("DK", ["Denmark", "Danemark", "Dänemark", "丹麦"]),
    ("EE", ["Estonia", "Estonie", "Estland", "爱沙尼亚"]),
    ("ES", ["Spain", "Espagne", "Spanien", "西班牙"]),
    ("FI", ["Finland", "Finlande", "Finnland", "芬兰"]),
    ("FJ", ["Fiji", "Fidji", "Fidschi", "斐济"]),
    ("FR", ["France", "France", "Frankreich", "法国"]),
    ("GB", ["United Kingdom", "Royaume-Uni", "Vereinigtes Königreich", "英国"]),
    ("GR", ["Greece", "Grèce", "Griechenland", "希腊"]),
    ("HK", ["Hong Kong", "Hong Kong", "Hongkong", "香港"]),
    ("HR", ["Croatia", "Croatie", "Kroatien", "克罗地亚"]),
    ("HU", ["Hungary", "Hongrie", "Ungarn", "匈牙利"]),
    ("ID", ["Indonesia", "Indonésie", "Indonesien", "印度尼西亚"]),
    ("IE", ["Ireland", "Irlande", "Irland", "爱尔兰"]),
    ("IN", ["India", "Inde", "Indien", "印度"]),
    ("IS", ["Iceland", "Islande", "Island", "冰岛"]),
    ("IT", ["Italy", "Italie", "Italien", "意大利"]),
    ("JP", ["Japan", "Japon", "Japan", "日本"]),
    ("KH", ["Cambodia", "Cambodge", "Kambodscha", "柬埔寨"]),
    ("KR", ["South Korea", "Corée du Sud", "Südkorea", "韩国"]),
    ("LA", ["Laos", "Laos", "Laos", "老挝"]),
    ("LI", ["Liechtenstein", "Liechtenstein", "Liechtenstein", "列支敦士登"]),
    ("LK", ["Sri Lanka", "Sri Lanka", "Sri Lanka", "斯里兰卡"]),
    ("LT", ["Lithuania", "Lituanie", "Litauen", "立陶宛"]),
    ("LU", ["Luxembourg", "Luxembourg", "Luxemburg", "卢森堡"]),
    ("LV", ["Latvia", "Lettonie", "Lettland", "拉脱维亚"]),
    ("MM", ["Myanmar", "Birmanie", "Myanmar", "缅甸"]),
    ("MN", ["Mongolia", "Mongolie", "Mongolei", "蒙古"]),
    ("MO", ["Macao", "Macao", "Macau", "澳门"]),
    ("MT", ["Malta", "Malte", "Malta", "马耳他"]),
    ("MV", ["Maldives", "Maldives", "Malediven", "马尔代夫"]),
    ("MX", ["Mexico", "Mexique", "Mexiko", "墨西哥"]),
    ("MY", ["Malaysia", "Malaisie", "Malaysia", "马来西亚"]),
    ("NL", ["Netherlands", "Pays-Bas", "Niederlande", "荷兰"]),
    ("NO", ["Norway", "Norvège", "Norwegen", "挪威"]),
    ("NP", ["Nepal", "Népal", "Nepal", "尼泊尔"]),
    ("NZ", ["New Zealand", "Nouvelle-Zélande", "Neuseeland", "新西兰"]),
    ("PG", ["Papua New Guinea", "Papouasie-Nouvelle-Guinée", "Papua-Neuguinea", "巴布亚新几内亚"]),
    ("PH", ["Philippines", "Philippines", "Philippinen", "菲律宾"]),
    ("PK", ["Pakistan", "Pakistan", "Pakistan", "巴基斯坦"]),
    ("PL", ["Poland", "Pologne", "Polen", "波兰"]),
    ("PT", ["Portugal", "Portugal", "Portugal", "葡萄牙"]),
    ("RO", ["Romania", "Roumanie", "Rumänien", "罗马尼亚"]),
    ("SE", ["Sweden", "Suède", "Schweden", "瑞典"]),
    ("SG", ["Singapore", "Singapour", "Singapur", "新加坡"]),
    ("SI", ["Slovenia", "Slovénie", "Slowenien", "斯洛文尼亚"]),
    ("SK", ["Slovakia", "Slovaquie", "Slowakei", "斯洛伐克"]),
    ("TH", ["Thailand", "Thaïlande", "Thailand", "泰国"]),
    ("TL", ["Timor-Leste", "Timor oriental", "Timor-Leste", "东帝汶"]),
    ("TW", ["Taiwan", "Taïwan", "Taiwan", "台湾"]),
    ("US", ["United States", "États-Unis", "Vereinigte Staaten", "美国"]),
    ("VN", ["Vietnam", "Viêt Nam", "Vietnam", "越南"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_belongs_to_a_country_and_stands_once() {
        for pair in NAMES.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{}", pair[1].0);
        }
        for (code, names) in NAMES {
            assert!(code.parse::<Territory>().is_ok(), "{code}");
            assert!(names.iter().all(|name| !name.is_empty()), "{code}");
        }
        let germany = "DE".parse().unwrap();
        assert_eq!(name(Tongue::French, germany), "Allemagne");
        assert_eq!(name(Tongue::German, "ZW".parse().unwrap()), "ZW");
        let california = "US-CA".parse().unwrap();
        assert_eq!(name(Tongue::French, california), "California (États-Unis)");
        assert_eq!(name(Tongue::Chinese, california), "California（美国）");
    }
}
