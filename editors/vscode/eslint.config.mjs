import tseslint from "typescript-eslint";

export default tseslint.config(tseslint.configs.strict, {
  files: ["src/**/*.ts", "test/**/*.ts"],
  rules: { "@typescript-eslint/no-non-null-assertion": "off" },
});
