import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Drops in the shape of three public datasets, their headers and ways to write as they are published, their rows made up:
 * NYC's yellow taxi trips, orders of Olist's shops, and the customers of a telephone company that IBM made up for Telco churn.
 */

type Row = readonly (string | number)[];
type Files = Record<string, string>;

/** Numbers below `most`, the same for the same seed. */
function dice(seed: number): (most: number) => number {
  let state = seed * 2_654_435_761 + 12_345;
  return (most) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x297a2d39) | 0;
    return ((state >>> 0) / 2 ** 32) * most;
  };
}

const csv = (rows: readonly Row[], lineEnd = "\n") => rows.map((row) => row.join(",") + lineEnd).join("");
const two = (number: number) => String(Math.floor(number)).padStart(2, "0");

/** A day and a time in the month, such as `2024-01-17 08:05:59`. */
function moment(month: string, roll: (most: number) => number, day = 1 + roll(28)): string {
  return `${month}-${two(day)} ${two(roll(24))}:${two(roll(60))}:${two(roll(60))}`;
}

/** Trips: no column tells them apart, and each month has new ones. */
export function taxiTrips(month: string, trips: number): Files {
  const roll = dice(Number(month.replace("-", "")));
  const header =
    "VendorID,tpep_pickup_datetime,tpep_dropoff_datetime,passenger_count,trip_distance,RatecodeID,store_and_fwd_flag," +
    "PULocationID,DOLocationID,payment_type,fare_amount,extra,mta_tax,tip_amount,tolls_amount,improvement_surcharge," +
    "total_amount,congestion_surcharge";
  const rows = Array.from({ length: trips }, (_, trip) => {
    const day = 1 + roll(28);
    const fare = (3 + roll(60)).toFixed(1);
    const tip = (roll(10) < 4 ? 0 : roll(12)).toFixed(2);
    const isUnknown = trip % 50 === 7;
    return [
      ...[1 + Math.floor(roll(2)), moment(month, roll, day), moment(month, roll, day)],
      ...[isUnknown ? "" : Math.floor(roll(6)), roll(20).toFixed(2), isUnknown ? "" : 1 + Math.floor(roll(5))],
      ...[isUnknown ? "" : roll(10) < 1 ? "Y" : "N", 1 + Math.floor(roll(265)), 1 + Math.floor(roll(265))],
      ...[1 + Math.floor(roll(4)), trip % 90 === 5 ? `-${fare}` : fare, 0.5, 0.5, tip, 0, 0.3],
      ...[(Number(fare) + Number(tip) + 1.3).toFixed(2), isUnknown ? "" : 2.5],
    ];
  });
  return { [`yellow_tripdata_${month}.csv`]: csv([header.split(","), ...rows]) };
}

/** Orders and what belongs to them, everything in quotes but numbers; sellers and products come again each month. */
export function shopOrders(month: string, orders: number): Files {
  const roll = dice(Number(month.replace("-", "")) + 1);
  const id = (kind: string, nth: number) => `"${new Bun.CryptoHasher("md5").update(`${kind} ${nth}`).digest("hex")}"`;
  const first = Number(month.slice(5)) * 1_000_000;
  const each = (make: (nth: number) => Row) => Array.from({ length: orders }, (_, nth) => make(first + nth));
  const zip = () => `"${String(Math.floor(roll(99_990))).padStart(5, "0")}"`;
  const [sellers, products] = [40, 120];
  const of = (count: number, make: (nth: number) => Row) => Array.from({ length: count }, (_, nth) => make(nth));
  const cities = ["sao paulo", "campinas", "rio de janeiro", "arraial d'ajuda", "são josé"];
  const city = (nth: number) => cities[nth % cities.length] ?? "";
  const categories = ["perfumaria", "artes", "esporte_lazer", "bebes"];
  const table = (header: string, rows: readonly Row[]) => csv([header.split(",").map((name) => `"${name}"`), ...rows]);
  return {
    "olist_customers_dataset.csv": table(
      "customer_id,customer_unique_id,customer_zip_code_prefix,customer_city,customer_state",
      each((nth) => [id("customer", nth), id("person", nth % 900), zip(), city(nth), "SP"]),
    ),
    "olist_orders_dataset.csv": table(
      "order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,order_delivered_customer_date,order_estimated_delivery_date",
      each((nth) => {
        const at = moment(month, roll);
        const isOpen = nth % 40 === 3;
        const status = isOpen ? "shipped" : "delivered";
        const after = (days: number) => `${month.slice(0, 4)}-${two(Number(month.slice(5)) + 1)}-${two(days)} 10:00:00`;
        const approved = isOpen ? "" : at;
        return [
          id("order", nth),
          id("customer", nth),
          status,
          at,
          approved,
          isOpen ? "" : after(1 + roll(9)),
          after(20),
        ];
      }),
    ),
    "olist_order_items_dataset.csv": table(
      "order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value",
      Array.from({ length: orders }).flatMap((_, index) => {
        const nth = first + index;
        return of(1 + (nth % 3 === 0 ? 1 : 0), (item) => [
          ...[id("order", nth), item + 1, id("product", Math.floor(roll(products)))],
          ...[id("seller", Math.floor(roll(sellers))), moment(month, roll), (5 + roll(300)).toFixed(2)],
          roll(40).toFixed(2),
        ]);
      }),
    ),
    "olist_order_payments_dataset.csv": table(
      "order_id,payment_sequential,payment_type,payment_installments,payment_value",
      each((nth) => [
        ...[id("order", nth), 1, nth % 4 === 0 ? "boleto" : "credit_card", 1 + Math.floor(roll(10))],
        (10 + roll(300)).toFixed(2),
      ]),
    ),
    "olist_products_dataset.csv": table(
      "product_id,product_category_name,product_name_lenght,product_photos_qty,product_weight_g",
      of(products, (nth) => [
        ...[id("product", nth), nth % 30 === 9 ? "" : (categories[nth % categories.length] ?? "")],
        ...[nth % 30 === 9 ? "" : 20 + (nth % 40), nth % 30 === 9 ? "" : 1 + (nth % 6), 100 * (1 + (nth % 50))],
      ]),
    ),
    "olist_sellers_dataset.csv": table(
      "seller_id,seller_zip_code_prefix,seller_city,seller_state",
      of(sellers, (nth) => [id("seller", nth), zip(), city(nth), nth % 3 === 0 ? "RJ" : "SP"]),
    ),
    "product_category_name_translation.csv": csv(
      [["product_category_name", "product_category_name_english"], ...categories.map((one) => [one, `${one}_en`])],
      "\r\n",
    ),
  };
}

/** Customers as they are now; those that are new have a blank where a total would stand. */
export function telcoCustomers(month: string, customers: number): Files {
  const roll = dice(77);
  const age = Number(month.slice(5));
  const header =
    "customerID,gender,SeniorCitizen,Partner,Dependents,tenure,PhoneService,MultipleLines,InternetService,OnlineSecurity," +
    "Contract,PaperlessBilling,PaymentMethod,MonthlyCharges,TotalCharges,Churn";
  const yes = (share: number) => (roll(1) < share ? "Yes" : "No");
  const rows = Array.from({ length: customers }, (_, nth) => {
    const tenure = nth % 60 === 11 ? 0 : 1 + Math.floor(roll(70));
    const months = tenure === 0 ? 0 : tenure + age;
    const fee = 20 + roll(90);
    const letters = [0, 1, 2, 3, 4].map(() => String.fromCharCode(65 + Math.floor(roll(26)))).join("");
    return [
      ...[`${String(1000 + nth).padStart(4, "0")}-${letters}`, roll(2) < 1 ? "Female" : "Male", roll(10) < 2 ? 1 : 0],
      ...[yes(0.5), yes(0.3), months, yes(0.9), ["No", "Yes", "No phone service"][Math.floor(roll(3))] ?? ""],
      ...[["DSL", "Fiber optic", "No"][Math.floor(roll(3))] ?? "", ["No", "Yes", "No internet service"][nth % 3] ?? ""],
      ...[["Month-to-month", "One year", "Two year"][Math.floor(roll(3))] ?? "", yes(0.6)],
      ...[["Electronic check", "Mailed check", "Bank transfer (automatic)"][Math.floor(roll(3))] ?? "", fee.toFixed(2)],
      ...[months === 0 ? " " : (fee * months).toFixed(2), yes(0.27)],
    ];
  });
  return { "WA_Fn-UseC_-Telco-Customer-Churn.csv": csv([header.split(","), ...rows]) };
}

export function writeShape(folder: string, files: Files): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}
