"""The words of the sample: people, companies, places and products, all invented.

The business makes coffee and tea: beans and brewing gear for people (`ecommerce`),
machines, supplies and service for cafes, hotels and offices (`b2b`).
"""

SURNAMES = [
    ("王", "wang"), ("李", "li"), ("张", "zhang"), ("刘", "liu"), ("陈", "chen"), ("杨", "yang"),
    ("赵", "zhao"), ("黄", "huang"), ("周", "zhou"), ("吴", "wu"), ("徐", "xu"), ("孙", "sun"),
    ("胡", "hu"), ("朱", "zhu"), ("高", "gao"), ("林", "lin"), ("何", "he"), ("郭", "guo"),
    ("马", "ma"), ("罗", "luo"), ("梁", "liang"), ("宋", "song"), ("欧阳", "ouyang"),
]  # fmt: skip
GIVEN_NAMES = [
    ("伟", "wei", "male"), ("芳", "fang", "female"), ("娜", "na", "female"),
    ("敏", "min", "female"), ("静", "jing", "female"), ("强", "qiang", "male"),
    ("磊", "lei", "male"), ("洋", "yang", "male"), ("艳", "yan", "female"), ("勇", "yong", "male"),
    ("杰", "jie", "male"), ("涛", "tao", "male"), ("子涵", "zihan", "female"),
    ("浩然", "haoran", "male"), ("雨桐", "yutong", "female"), ("思远", "siyuan", "male"),
    ("梦琪", "mengqi", "female"), ("嘉怡", "jiayi", "female"), ("俊熙", "junxi", "male"),
    ("欣妍", "xinyan", "female"), ("宇轩", "yuxuan", "male"),
]  # fmt: skip
ENGLISH_GIVEN = [
    ("Anna", "female"), ("Ben", "male"), ("Clara", "female"), ("David", "male"), ("Ella", "female"),
    ("Felix", "male"), ("Grace", "female"), ("Henry", "male"), ("Irene", "female"),
    ("Jonas", "male"), ("Kate", "female"), ("Liam", "male"), ("Maya", "female"), ("Noah", "male"),
    ("Zoë", "female"),
]  # fmt: skip
ENGLISH_SURNAMES = [
    "Arden", "Bellweather", "Castellan", "Dunmore", "Everhart", "Fairbrook", "Greenhalgh",
    "Holloway", "Ingleby", "Kestrel", "Lindqvist", "Marlowe", "Nightingale", "O'Hara", "Pemberton",
]  # fmt: skip
OWNERS = ["林晓峰", "Sophie Tan", "周明", "Marcus Webb", "何丽娟", "郑凯"]

# City, region, and how many customers it has. Some branches write Chinese, some English.
CITIES = [
    ("上海", "华东", 20), ("杭州", "华东", 10), ("Nanjing", "East China", 5), ("苏州", "华东", 6),
    ("北京", "华北", 16), ("Tianjin", "North China", 4), ("深圳", "华南", 14), ("广州", "华南", 11),
    ("Xiamen", "South China", 4), ("成都", "西南", 10), ("Chongqing", "Southwest China", 5),
    ("武汉", "华中", 6), ("西安", "西北", 5), ("Shenyang", "Northeast China", 3),
]  # fmt: skip
# City, region, currency, telephone numbers that are reserved for fiction.
CITIES_ABROAD = [
    ("Singapore", "Southeast Asia", "USD", "+1 212 555 01{:02}"),
    ("Seattle", "North America", "USD", "+1 206 555 01{:02}"),
    ("San Francisco", "North America", "USD", "+1 415 555 01{:02}"),
    ("Dubai", "Middle East", "USD", "+1 646 555 01{:02}"),
    ("Hamburg", "Europe", "EUR", "+44 7700 9001{:02}"),
    ("Rotterdam", "Europe", "EUR", "+44 7700 9002{:02}"),
    ("Milano", "Europe", "EUR", "+44 7700 9003{:02}"),
]
COMPANY_BRANDS = [
    "青禾", "云栖里", "拾光", "北辰", "澜庭", "木屿", "一沐", "星野", "锦澄", "半山", "悦泊",
    "鹿鸣",
]  # fmt: skip
COMPANY_BRANDS_ABROAD = [
    "Harbour & Pine", "Northgate", "Bluebell", "Copper Lane", "Kingfisher", "Old Mill", "Saffron",
    "Tidewater", "Wren & Daughters", "Juniper Row",
]  # fmt: skip
# Industry in English, company name endings in Chinese and English.
INDUSTRIES = [
    ("cafe chain", "咖啡连锁有限公司", "Coffee Houses, Inc."),
    ("hotel", "酒店管理有限公司", "Hotels Ltd."),
    ("restaurant", "餐饮管理有限公司", "Dining Group"),
    ("office services", "商务服务有限公司", "Workspaces, LLC"),
    ("retail", "商贸有限公司", "Trading Co., Ltd."),
    ("bakery", "烘焙食品有限公司", "Bakeries"),
]
COMPANY_SIZES = ["1-9", "10-49", "50-249", "250+"]
CHANNELS = {
    "ecommerce": ["app", "tmall", "jd", "wechat_store", "web"],
    "b2b": ["sales", "distributor", "web", "trade_fair"],
}
ACQUISITION = {
    "ecommerce": ["organic", "douyin", "wechat", "referral", "paid_search"],
    "b2b": ["trade_fair", "referral", "cold_call", "partner", "website"],
}

# Line, name, category, list price in CNY, cost as a share of it, month of launch.
PRODUCTS = [
    ("ecommerce", "云南小粒咖啡豆 250g / Yunnan Arabica 250 g", "咖啡 Coffee", 68, 0.42, "2021-03"),
    ("ecommerce", "晨光拼配咖啡豆 500g / Daybreak Blend 500 g", "咖啡 Coffee", 98, 0.45, "2021-03"),
    ("ecommerce", "低因咖啡豆 250g / Decaf Beans 250 g", "咖啡 Coffee", 78, 0.5, "2022-05"),
    ("ecommerce", "挂耳咖啡 20包 / Drip Bags, 20 pcs", "咖啡 Coffee", 89, 0.38, "2021-09"),
    ("ecommerce", "冷萃咖啡液 12颗 / Cold Brew Shots, 12 pcs", "咖啡 Coffee", 79, 0.4, "2024-04"),
    ("ecommerce", "龙井 100g / Longjing Tea 100 g", "茶 Tea", 168, 0.35, "2021-03"),
    ("ecommerce", "正山小种 150g / Lapsang Souchong 150 g", "茶 Tea", 128, 0.36, "2021-03"),
    ("ecommerce", "茉莉花茶 200g / Jasmine Tea 200 g", "茶 Tea", 58, 0.4, "2021-06"),
    ("ecommerce", "白毫银针礼盒 / Silver Needle Gift Box", "茶 Tea", 398, 0.3, "2023-11"),
    ("ecommerce", "手摇磨豆机 / Hand Grinder", "器具 Equipment", 259, 0.48, "2021-08"),
    ("ecommerce", "电动磨豆机 / Electric Grinder", "器具 Equipment", 699, 0.55, "2022-10"),
    ("ecommerce", "细口手冲壶 / Gooseneck Kettle", "器具 Equipment", 219, 0.5, "2021-08"),
    ("ecommerce", "温控电水壶 / Variable Kettle", "器具 Equipment", 459, 0.56, "2023-05"),
    ("ecommerce", "家用意式咖啡机 / Espresso Machine", "器具 Equipment", 2499, 0.62, "2022-10"),
    ("ecommerce", "旅行冲泡套装 / Travel Brew Kit", "器具 Equipment", 329, 0.5, "2025-03"),
    ("ecommerce", "陶瓷滤杯 / Ceramic Dripper", "配件 Accessories", 75, 0.33, "2021-03"),
    ("ecommerce", "滤纸 100张 / Paper Filters, 100 pcs", "配件 Accessories", 25, 0.3, "2021-03"),
    ("ecommerce", "双层玻璃杯 / Double-wall Glass", "配件 Accessories", 49, 0.35, "2021-12"),
    ("ecommerce", "电子秤 / Brewing Scale", "配件 Accessories", 149, 0.46, "2022-03"),
    ("ecommerce", "生肖马年杯 / Year of the Horse Mug", "配件 Accessories", 88, 0.34, "2025-12"),
    ("b2b", "商用拼配咖啡豆 10kg / House Blend 10 kg", "大包装 Bulk", 1180, 0.58, "2021-03"),
    ("b2b", "单品咖啡豆 10kg / Single Origin 10 kg", "大包装 Bulk", 1680, 0.6, "2021-03"),
    ("b2b", "餐饮红茶 5kg / Catering Black Tea 5 kg", "大包装 Bulk", 420, 0.52, "2021-03"),
    ("b2b", "燕麦奶 12L / Oat Drink, 12 l", "大包装 Bulk", 168, 0.66, "2023-02"),
    ("b2b", "双头商用咖啡机 / Two-group Espresso Machine", "设备 Machines", 32800, 0.68, "2021-03"),
    ("b2b", "全自动咖啡机 / Bean-to-cup Machine", "设备 Machines", 18600, 0.66, "2022-08"),
    ("b2b", "商用磨豆机 / Commercial Grinder", "设备 Machines", 6800, 0.62, "2021-03"),
    ("b2b", "智能泡茶机 / Smart Tea Brewer", "设备 Machines", 12900, 0.64, "2024-09"),
    ("b2b", "净水滤芯 / Water Filter Cartridge", "耗材 Supplies", 460, 0.45, "2021-03"),
    ("b2b", "外带纸杯 1000只 / Takeaway Cups, 1000 pcs", "耗材 Supplies", 380, 0.62, "2021-03"),
    ("b2b", "清洁药片 箱 / Cleaning Tablets, carton", "耗材 Supplies", 290, 0.4, "2021-03"),
    ("b2b", "年度保养 / Yearly Maintenance", "服务 Service", 4800, 0.35, "2021-03"),
    ("b2b", "咖啡师培训 / Barista Training Day", "服务 Service", 3600, 0.3, "2022-01"),
]  # fmt: skip

REFUND_REASONS = [
    "破损 damaged",
    "不喜欢 changed mind",
    "发错货 wrong item",
    "质量问题 quality, taste",
]
CONTACTS = {
    # line: (channel, kind, shortest and longest duration in minutes or None)
    "ecommerce": [
        ("微信", "售后咨询", None), ("电话", "投诉处理", (3, 25)), ("邮件", "活动推送", None),
        ("微信", "选购咨询", None),
    ],
    "b2b": [
        ("拜访", "客户拜访", (30, 120)), ("电话", "报价跟进", (3, 40)), ("邮件", "合同续签", None),
        ("微信", "日常沟通", None), ("视频会议", "产品演示", (20, 60)),
    ],
}  # fmt: skip
OUTCOMES = ["已解决", "待跟进", "无人接听", "有意向，下周再联系", "已下单", "暂无需求"]
EVENT_TYPES = ["page_view", "product_view", "search", "add_to_cart", "app_open", "email_open"]
TICKET_CATEGORIES = [
    "物流 delivery",
    "质量 quality",
    "使用 how to use",
    "发票 invoice",
    "换货 exchange",
]
# Month, name, kind, discount.
CAMPAIGNS = [
    (1, "年货节 New Year", "seasonal", 0.1), (3, "Spring Harvest 春茶", "new_product", 0),
    (6, "618大促", "promotion", 0.2), (8, "Members' Week 会员周", "membership", 0.1),
    (9, "Autumn Roast", "new_product", 0), (11, "11.11", "promotion", 0.25),
]  # fmt: skip
DECISION_ROLES = ["decision_maker", "buyer", "user", "technical", "finance"]
OPEN_STAGES = [
    "Prospecting",
    "qualified",
    "方案报价",
    "Proposal",
    "negotiation",
    "商务谈判",
    "contract",
]
PLANS = {
    # line: (plan, CNY a month, months between renewals)
    "ecommerce": [("每月咖啡 Coffee of the Month", 88, 12), ("茶友会 Tea Club", 128, 6)],
    "b2b": [("保养合同 Maintenance", 400, 12), ("咖啡机租赁 Machine lease", 1200, 24)],
}
STATEMENTS = [
    "I compare prices before I buy",
    "I like to be the first to try something new",
    "Good advice matters more to me than a low price",
    "I pay more for better quality",
]
REMARKS = ["物流很快", "希望多出低因产品", "Packaging could be greener", "客服很耐心", "价格有点贵"]
